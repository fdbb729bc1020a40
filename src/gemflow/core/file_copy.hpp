// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "gemflow/core/job.hpp"

namespace gemflow {

/// Lets the empty file `to` share the blocks of `from`; false where the file system cannot.
[[nodiscard]] bool share_blocks(int from, int to) noexcept;

/// Copies `size` bytes from the beginning of one to the beginning of the other, inside the kernel where that works.
/// Looks at the job's stop token between pieces of 64 MB. Returns 0 or an errno; ENODATA if `from` is shorter.
[[nodiscard]] int copy_bytes(int from, int to, std::uint64_t size, const Job& job);

}  // namespace gemflow
