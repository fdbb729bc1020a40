// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "gemflow/core/count_chunk.hpp"
#include "hdf5/handle.hpp"

namespace gemflow::hdf5 {

// Creating objects, without times in them. Errors: io, naming the object and the file.

/// `many_attributes`: its attributes may pass 64 kB (column-order of wide frames), which old headers cannot hold.
Handle create_group(hid_t parent, const std::string& name, bool many_attributes = false);

/// How a dataset is laid out.
struct Layout {
  std::vector<hsize_t> extent;  ///< empty: a scalar
  std::vector<hsize_t> chunk;   ///< empty: contiguous; else one a axis, each at least 1
  bool grows = false;           ///< the first axis has no largest size; REQUIRES: a chunk
  int deflate = 0;              ///< level of gzip that the dataset declares, 0: none; REQUIRES: a chunk
  bool shuffle = false;
};

Handle create_dataset(hid_t parent, const std::string& name, hid_t type, const Layout& layout);

/// Writes all of a dataset, or rows from `begin` on. REQUIRES: the values fill whole rows within the extent.
void write_rows(hid_t dataset, hid_t memory_type, std::int64_t begin, std::int64_t n_rows, const void* values);

/// A contiguous dataset of texts (variable length, UTF-8), written whole.
Handle write_texts(hid_t parent, const std::string& name, std::span<const std::string> texts);

/// Sets the first axis to `size` rows. REQUIRES: Layout::grows.
void resize_rows(hid_t dataset, hsize_t size);

/// Stores one finished chunk (packed as the dataset declares, whole also at the edge) that begins at `row` of a dataset of
/// one axis, or of two where a chunk holds whole rows.
void write_packed_chunk(hid_t dataset, hsize_t row, std::span<const unsigned char> packed);

/// Closes an object that was written; throws if HDF5 could not write it out.
void close_checked(Handle object, hid_t parent, const std::string& name);

}  // namespace gemflow::hdf5
