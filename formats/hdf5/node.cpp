// SPDX-License-Identifier: Apache-2.0
#include "hdf5/node.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "hdf5/fault.hpp"
#include "hdf5/file.hpp"

namespace gemflow::hdf5 {
namespace {

constexpr hsize_t largest_axis = hsize_t{1} << 48;

// NOLINTNEXTLINE(readability-function-size): HDF5 says what its callbacks take.
herr_t refuse_external_link(const char*, const char*, const char*, const char*, unsigned*, hid_t, void*) { return -1; }

// A property list of the given class on which external links are refused.
Handle access_list(hid_t list_class) {
  Handle access(H5Pcreate(list_class), H5Pclose);
  H5Pset_elink_cb(access, refuse_external_link, nullptr);
  return access;
}

herr_t keep_name(hid_t, const char* name, const H5L_info_t*, void* names) {
  static_cast<std::vector<std::string>*>(names)->emplace_back(name);
  return 0;
}

NodeKind kind_of_type(H5I_type_t type) {
  switch (type) {
    case H5I_GROUP: return NodeKind::group;
    case H5I_DATASET: return NodeKind::dataset;
    default: return NodeKind::other;
  }
}

// A hard link leads to an object even if this HDF5 cannot open it.
bool is_own_link(hid_t parent, const std::string& path) {
  H5L_info_t info{};
  return H5Lget_info(parent, path.c_str(), &info, H5P_DEFAULT) >= 0 && info.type == H5L_TYPE_HARD;
}

Handle space_of(hid_t dataset) {
  return {checked(H5Dget_space(dataset), dataset, "has no readable shape"), H5Sclose};
}

Handle creation_list(hid_t dataset) {
  return {checked(H5Dget_create_plist(dataset), dataset, "has no readable layout"), H5Pclose};
}

void refuse_other_files(hid_t dataset) {
  const Handle creation = creation_list(dataset);
  if (H5Pget_layout(creation) == H5D_VIRTUAL) {
    throw fault(ErrorKind::unsupported, dataset, "is a virtual dataset: its values lie in other files");
  }
  if (H5Pget_external_count(creation) > 0) {
    throw fault(ErrorKind::unsupported, dataset, "has external storage: its values lie in other files");
  }
}

// A hostile file promises terabytes and stores nothing; deflate packs at most 1,032 to 1.
void refuse_empty_promises(hid_t dataset) {
  constexpr double believable = 4.0 * (1ULL << 30);
  const Handle type(checked(H5Dget_type(dataset), dataset, "has no readable type"), H5Tclose);
  auto declared = static_cast<double>(H5Tget_size(type));
  for (const std::int64_t size : extent_of(dataset)) declared *= static_cast<double>(size);
  if (declared <= believable) return;
  const Handle file(H5Iget_file_id(dataset), H5Fclose);
  const auto stored = static_cast<double>(std::min(H5Dget_storage_size(dataset), file_size(file)));
  if (declared <= 1000 * stored) return;
  throw fault(dataset, fmt::format("promises {:.1f} GiB but stores {:.0f} bytes", declared / (1ULL << 30), stored));
}

Handle open_checked(hid_t parent, const std::string& path, hid_t access) {
  const NodeKind kind = kind_of(parent, path);
  if (kind == NodeKind::none && !is_own_link(parent, path)) throw fault(parent, "is not in this file", {}, path);
  if (kind == NodeKind::group || kind == NodeKind::other) throw fault(parent, "is no dataset", {}, path);
  Handle dataset(checked(H5Dopen2(parent, path.c_str(), access), parent, "cannot be opened", path), H5Dclose);
  refuse_other_files(dataset);
  refuse_empty_promises(dataset);
  return dataset;
}

}  // namespace

NodeKind kind_of(hid_t parent, const std::string& path) {
  const Handle access = access_list(H5P_LINK_ACCESS);
  const Handle object(H5Oopen(parent, path.c_str(), access), H5Oclose);
  return object.is_open() ? kind_of_type(H5Iget_type(object)) : NodeKind::none;
}

bool has_link(hid_t parent, const std::string& name) { return H5Lexists(parent, name.c_str(), H5P_DEFAULT) > 0; }

std::vector<std::string> names_in(hid_t group) {
  std::vector<std::string> names;
  checked(H5Literate(group, H5_INDEX_NAME, H5_ITER_NATIVE, nullptr, keep_name, &names), group, "cannot be listed");
  std::sort(names.begin(), names.end());
  return names;
}

Handle open_group(hid_t parent, const std::string& path) {
  const NodeKind kind = kind_of(parent, path);
  if (kind == NodeKind::none && !is_own_link(parent, path)) throw fault(parent, "is not in this file", {}, path);
  if (kind == NodeKind::dataset || kind == NodeKind::other) throw fault(parent, "is no group", {}, path);
  const Handle access = access_list(H5P_GROUP_ACCESS);
  return {checked(H5Gopen2(parent, path.c_str(), access), parent, "cannot be opened", path), H5Gclose};
}

Handle open_dataset(hid_t parent, const std::string& path) {
  return open_checked(parent, path, access_list(H5P_DATASET_ACCESS));
}

Handle open_dataset(hid_t parent, const std::string& path, std::size_t cache_bytes) {
  const Handle access = access_list(H5P_DATASET_ACCESS);
  H5Pset_chunk_cache(access, H5D_CHUNK_CACHE_NSLOTS_DEFAULT, cache_bytes, H5D_CHUNK_CACHE_W0_DEFAULT);
  return open_checked(parent, path, access);
}

std::vector<std::int64_t> extent_of(hid_t dataset) {
  const Handle space = space_of(dataset);
  const int rank = checked(H5Sget_simple_extent_ndims(space), dataset, "has no readable shape");
  std::vector<hsize_t> sizes(static_cast<std::size_t>(rank));
  checked(H5Sget_simple_extent_dims(space, sizes.data(), nullptr), dataset, "has no readable shape");
  for (const hsize_t size : sizes) {
    if (size > largest_axis) throw fault(dataset, fmt::format("promises an axis of {} elements", size));
  }
  return {sizes.begin(), sizes.end()};
}

std::int64_t length_of(hid_t dataset) {
  const std::vector<std::int64_t> extent = extent_of(dataset);
  if (extent.size() != 1) throw fault(dataset, fmt::format("has {} axes where 1 is expected", extent.size()));
  return extent[0];
}

bool has_no_space(hid_t dataset) { return H5Sget_simple_extent_type(space_of(dataset)) == H5S_NULL; }

std::vector<hsize_t> chunk_of(hid_t dataset) {
  const Handle creation = creation_list(dataset);
  if (H5Pget_layout(creation) != H5D_CHUNKED) return {};
  std::vector<hsize_t> sizes(extent_of(dataset).size());
  checked(H5Pget_chunk(creation, static_cast<int>(sizes.size()), sizes.data()), dataset, "has no readable chunk size");
  return sizes;
}

}  // namespace gemflow::hdf5
