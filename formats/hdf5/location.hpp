// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "hdf5/handle.hpp"

namespace gemflow::hdf5 {

/// Where an object is in its file, from the root and in full: fit to open it. To show it: path_of.
[[nodiscard]] std::string location_of(hid_t object);

}  // namespace gemflow::hdf5
