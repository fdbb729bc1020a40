// SPDX-License-Identifier: Apache-2.0
#pragma once

// For tests that see the inside of formats.

#include <cstdint>
#include <string>
#include <vector>

#include "gemflow/core/count_chunk.hpp"
#include "hdf5/create.hpp"
#include "hdf5/file.hpp"

namespace gemflow::test {

/// A contiguous dataset of one axis. T is what `type` is in memory.
template <typename T>
void write_numbers(hid_t group, const std::string& name, hid_t type, const std::vector<T>& values) {
  const auto n = static_cast<std::int64_t>(values.size());
  const hdf5::Handle dataset =
      hdf5::create_dataset(group, name, type, {{static_cast<hsize_t>(n)}, {}, false, 0, false});
  hdf5::write_rows(dataset, type, 0, n, values.data());
}

/// What every matrix of 10x's kind has, of any version: counts and barcodes.
inline void write_tenx_counts(hid_t group, const CountChunk& counts, const std::vector<std::string>& barcodes,
                              std::int32_t n_features) {
  const std::vector<std::int32_t> data(counts.values().begin(), counts.values().end());
  const std::vector<std::int64_t> indices(counts.genes().begin(), counts.genes().end());
  const std::vector<std::int64_t> indptr(counts.offsets().begin(), counts.offsets().end());
  write_numbers(group, "data", H5T_NATIVE_INT32, data);
  write_numbers(group, "indices", H5T_NATIVE_INT64, indices);
  write_numbers(group, "indptr", H5T_NATIVE_INT64, indptr);
  write_numbers<std::int32_t>(group, "shape", H5T_NATIVE_INT32,
                              {n_features, static_cast<std::int32_t>(barcodes.size())});
  hdf5::write_texts(group, "barcodes", barcodes);
}

}  // namespace gemflow::test
