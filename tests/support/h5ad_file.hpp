// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "hdf5/attribute.hpp"
#include "hdf5/create.hpp"
#include "hdf5/file.hpp"
#include "hdf5/numbers.hpp"

// Small h5ad files made piece by piece, so that a test can make one piece wrong.
namespace gemflow::test {

using Texts = std::vector<std::string>;

inline void tag(hid_t object, const std::string& type, const std::string& version) {
  hdf5::write_attribute(object, "encoding-type", type);
  hdf5::write_attribute(object, "encoding-version", version);
}

/// Removes what stands there and puts the numbers in its place, stored as `type`.
inline void put_numbers(hid_t parent, const std::string& name, hid_t type, const std::vector<double>& numbers,
                        std::vector<hsize_t> extent = {}) {
  if (H5Lexists(parent, name.c_str(), H5P_DEFAULT) > 0) H5Ldelete(parent, name.c_str(), H5P_DEFAULT);
  if (extent.empty()) extent = {numbers.size()};
  const hdf5::Handle dataset = hdf5::create_dataset(parent, name, type, {extent, {}, false, 0, false});
  hdf5::write_rows(dataset, H5T_NATIVE_DOUBLE, 0, static_cast<std::int64_t>(extent[0]), numbers.data());
}

inline void put_texts(hid_t parent, const std::string& name, const Texts& texts) {
  if (H5Lexists(parent, name.c_str(), H5P_DEFAULT) > 0) H5Ldelete(parent, name.c_str(), H5P_DEFAULT);
  hdf5::write_texts(parent, name, texts);
}

inline hdf5::Handle put_frame(hid_t file, const std::string& name, const Texts& names, const Texts& columns = {}) {
  hdf5::Handle frame = hdf5::create_group(file, name);
  tag(frame, "dataframe", "0.2.0");
  hdf5::write_attribute(frame, "_index", "_index");
  hdf5::write_attribute(frame, "column-order", std::span<const std::string>(columns));
  put_texts(frame, "_index", names);
  return frame;
}

/// The counts of small_chunk: 4 cells x 3 genes, 6 non-zeros.
inline hdf5::Handle put_csr(hid_t parent, const std::string& name) {
  hdf5::Handle matrix = hdf5::create_group(parent, name);
  tag(matrix, "csr_matrix", "0.1.0");
  const std::array<std::int64_t, 2> shape{4, 3};
  hdf5::write_attribute(matrix, "shape", shape);
  put_numbers(matrix, "data", H5T_IEEE_F32LE, {1, 2, 3, 4, 5, 6});
  put_numbers(matrix, "indices", H5T_STD_I32LE, {0, 2, 1, 0, 1, 2});
  put_numbers(matrix, "indptr", H5T_STD_I32LE, {0, 2, 2, 3, 6});
  return matrix;
}

/// Cells c0 to c3 and genes g0 to g2, X as CSR and nothing else.
inline hdf5::Handle make_h5ad(const std::filesystem::path& path) {
  hdf5::Handle file = hdf5::create_file(path);
  tag(file, "anndata", "0.1.0");
  put_frame(file, "obs", {"c0", "c1", "c2", "c3"});
  put_frame(file, "var", {"g0", "g1", "g2"});
  put_csr(file, "X");
  return file;
}

}  // namespace gemflow::test
