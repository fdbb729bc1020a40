// SPDX-License-Identifier: Apache-2.0
#include "hdf5/copy.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "hdf5/fault.hpp"

namespace gemflow::hdf5 {
namespace {

std::string name_of_attribute(hid_t attribute) {
  std::string name(static_cast<std::size_t>(std::max<ssize_t>(H5Aget_name(attribute, 0, nullptr), 0)) + 1, '\0');
  H5Aget_name(attribute, name.size(), name.data());
  name.pop_back();
  return name;
}

void copy_attribute(hid_t attribute, const std::string& name, hid_t to) {
  const Handle type(checked(H5Aget_type(attribute), attribute, "has an unreadable attribute"), H5Tclose);
  if (H5Tdetect_class(type, H5T_REFERENCE) > 0) return;
  const Handle space(checked(H5Aget_space(attribute), attribute, "has an unreadable attribute"), H5Sclose);
  const auto n = static_cast<std::size_t>(std::max<hssize_t>(H5Sget_simple_extent_npoints(space), 0));
  std::vector<char> value(n * H5Tget_size(type) + 1);
  if (n > 0) checked(H5Aread(attribute, type, value.data()), attribute, "has an unreadable attribute");
  const Handle copy(H5Acreate2(to, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
  checked(static_cast<hid_t>(copy), to, "cannot take an attribute");
  if (n > 0) checked(H5Awrite(copy, type, value.data()), to, "cannot take an attribute");
  if (n > 0) H5Dvlen_reclaim(type, space, H5P_DEFAULT, value.data());
}

}  // namespace

void copy_object(hid_t from, const std::string& name, hid_t to, const std::string& new_name) {
  const Handle options(H5Pcreate(H5P_OBJECT_COPY), H5Pclose);
  H5Pset_copy_object(options, H5O_COPY_EXPAND_REFERENCE_FLAG);
  if (H5Ocopy(from, name.c_str(), to, new_name.c_str(), options, H5P_DEFAULT) >= 0) return;
  const bool failed_to_write = last_reason().find("write failed") != std::string::npos;
  fail(failed_to_write ? to : from, "cannot be copied", failed_to_write ? new_name : name);
}

void copy_attributes(hid_t from, hid_t to, std::initializer_list<std::string_view> without) {
  H5O_info_t info;
  checked(H5Oget_info2(from, &info, H5O_INFO_NUM_ATTRS), from, "has unreadable attributes");
  for (hsize_t i = 0; i < info.num_attrs; ++i) {
    const Handle attribute(H5Aopen_by_idx(from, ".", H5_INDEX_NAME, H5_ITER_INC, i, H5P_DEFAULT, H5P_DEFAULT),
                           H5Aclose);
    checked(static_cast<hid_t>(attribute), from, "has unreadable attributes");
    const std::string name = name_of_attribute(attribute);
    if (std::find(without.begin(), without.end(), name) == without.end()) copy_attribute(attribute, name, to);
  }
}

}  // namespace gemflow::hdf5
