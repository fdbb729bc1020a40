// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "gemflow/core/writer.hpp"
#include "hdf5/handle.hpp"

namespace gemflow::h5ad {

/// All of uns['gemflow'] as write_provenance wrote it, one provenance a command; entries by the bytes of their keys, what is of no
/// kind that it writes is left out. Errors: input, memory.
[[nodiscard]] std::vector<Provenance> read_provenance(hid_t file);

}  // namespace gemflow::h5ad
