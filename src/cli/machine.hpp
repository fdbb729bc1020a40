// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace gemflow::cli {

/// Bytes to work with unless told otherwise: the smaller of 2 GiB and what the control group allows.
[[nodiscard]] std::size_t usable_memory();

/// The most memory that the process has held so far, in bytes.
[[nodiscard]] std::size_t peak_memory();

}  // namespace gemflow::cli
