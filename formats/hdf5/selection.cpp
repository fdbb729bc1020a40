// SPDX-License-Identifier: Apache-2.0
#include "hdf5/selection.hpp"

#include <vector>

#include "hdf5/fault.hpp"

namespace gemflow::hdf5 {

Selection::Selection(hid_t dataset, std::int64_t begin, std::int64_t count)
    : file_(checked(H5Dget_space(dataset), dataset, "has no readable shape"), H5Sclose) {
  const int rank = checked(H5Sget_simple_extent_ndims(file_), dataset, "has no readable shape");
  std::vector<hsize_t> sizes(static_cast<std::size_t>(rank));
  std::vector<hsize_t> starts(sizes.size(), 0);
  H5Sget_simple_extent_dims(file_, sizes.data(), nullptr);
  if (rank > 0) {
    starts[0] = static_cast<hsize_t>(begin);
    sizes[0] = static_cast<hsize_t>(count);
    const herr_t chosen =
        count == 0 ? H5Sselect_none(file_)
                   : H5Sselect_hyperslab(file_, H5S_SELECT_SET, starts.data(), nullptr, sizes.data(), nullptr);
    checked(chosen, dataset, "cannot be selected");
  }
  hsize_t total = 1;
  for (const hsize_t size : sizes) total *= size;
  memory_ = Handle(checked(H5Screate_simple(1, &total, nullptr), dataset, "cannot be selected"), H5Sclose);
}

}  // namespace gemflow::hdf5
