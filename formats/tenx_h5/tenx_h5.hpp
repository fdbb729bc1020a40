// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gemflow/core/format.hpp"

namespace gemflow {

/// Cell Ranger's HDF5 matrices: version 3 and later with their features, the older ones with a group for each genome,
/// those of probes (Flex, Visium FFPE), and what CellBender makes of them.
extern const Format tenx_h5_format;

}  // namespace gemflow
