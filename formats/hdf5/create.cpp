// SPDX-License-Identifier: Apache-2.0
#include "hdf5/create.hpp"

#include <algorithm>
#include <array>

#include "hdf5/attribute.hpp"
#include "hdf5/fault.hpp"
#include "hdf5/selection.hpp"

namespace gemflow::hdf5 {
namespace {

Handle creation_list(const Layout& layout) {
  Handle creation(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  H5Pset_obj_track_times(creation, false);
  if (layout.chunk.empty()) return creation;
  H5Pset_chunk(creation, static_cast<int>(layout.chunk.size()), layout.chunk.data());
  if (layout.shuffle) H5Pset_shuffle(creation);
  if (layout.deflate > 0) H5Pset_deflate(creation, static_cast<unsigned>(layout.deflate));
  return creation;
}

Handle space_for(const Layout& layout) {
  if (layout.extent.empty()) return {H5Screate(H5S_SCALAR), H5Sclose};
  std::vector<hsize_t> largest = layout.extent;
  if (layout.grows) largest[0] = H5S_UNLIMITED;
  return {H5Screate_simple(static_cast<int>(layout.extent.size()), layout.extent.data(), largest.data()), H5Sclose};
}

// Names may hold a slash ("a/b"): the groups between are made, as h5py does.
Handle link_list() {
  Handle links(H5Pcreate(H5P_LINK_CREATE), H5Pclose);
  H5Pset_create_intermediate_group(links, 1);
  H5Pset_char_encoding(links, H5T_CSET_UTF8);
  return links;
}

}  // namespace

Handle create_group(hid_t parent, const std::string& name, bool many_attributes) {
  const Handle creation(H5Pcreate(H5P_GROUP_CREATE), H5Pclose);
  H5Pset_obj_track_times(creation, false);
  if (many_attributes) H5Pset_attr_creation_order(creation, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED);
  return {checked(H5Gcreate2(parent, name.c_str(), link_list(), creation, H5P_DEFAULT), parent, "cannot be created",
                  name),
          H5Gclose};
}

Handle create_dataset(hid_t parent, const std::string& name, hid_t type, const Layout& layout) {
  const Handle space = space_for(layout);
  return {checked(H5Dcreate2(parent, name.c_str(), type, space, link_list(), creation_list(layout), H5P_DEFAULT), parent,
                  "cannot be created", name),
          H5Dclose};
}

void write_rows(hid_t dataset, hid_t memory_type, std::int64_t begin, std::int64_t n_rows, const void* values) {
  if (n_rows == 0) return;
  const Selection selection(dataset, begin, n_rows);
  checked(H5Dwrite(dataset, memory_type, selection.memory(), selection.file(), H5P_DEFAULT, values), dataset,
          "cannot be written");
}

Handle write_texts(hid_t parent, const std::string& name, std::span<const std::string> texts) {
  const Handle type = text_type();
  Handle dataset = create_dataset(parent, name, type, {{texts.size()}, {}, false, 0, false});
  std::vector<const char*> values(texts.size());
  std::transform(texts.begin(), texts.end(), values.begin(), [](const std::string& text) { return text.c_str(); });
  write_rows(dataset, type, 0, static_cast<std::int64_t>(texts.size()), static_cast<const void*>(values.data()));
  return dataset;
}

void resize_rows(hid_t dataset, hsize_t size) {
  const Handle space(checked(H5Dget_space(dataset), dataset, "has no readable shape"), H5Sclose);
  std::vector<hsize_t> extent(static_cast<std::size_t>(H5Sget_simple_extent_ndims(space)));
  H5Sget_simple_extent_dims(space, extent.data(), nullptr);
  extent[0] = size;
  checked(H5Dset_extent(dataset, extent.data()), dataset, "cannot be resized");
}

void write_packed_chunk(hid_t dataset, hsize_t row, std::span<const unsigned char> packed) {
  const std::array<hsize_t, 2> offset{row, 0};
  checked(H5Dwrite_chunk(dataset, H5P_DEFAULT, 0, offset.data(), packed.size(), packed.data()), dataset, "cannot be written");
}

void close_checked(Handle object, hid_t parent, const std::string& name) {
  if (!object.close()) fail(parent, "cannot be closed", name);
}

}  // namespace gemflow::hdf5
