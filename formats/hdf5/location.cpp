// SPDX-License-Identifier: Apache-2.0
#include "hdf5/location.hpp"

#include <algorithm>

namespace gemflow::hdf5 {

std::string location_of(hid_t object) {
  std::string path(static_cast<std::size_t>(std::max<ssize_t>(H5Iget_name(object, nullptr, 0), 0)), '\0');
  if (!path.empty()) H5Iget_name(object, path.data(), path.size() + 1);
  return path;
}

}  // namespace gemflow::hdf5
