// SPDX-License-Identifier: Apache-2.0
#include "h5ad/matrix.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include <fmt/format.h>

#include "hdf5/attribute.hpp"
#include "hdf5/fault.hpp"
#include "hdf5/node.hpp"
#include "hdf5/numbers.hpp"

namespace gemflow::h5ad {
namespace {

// anndata 0.12.0 and 0.12.1 wrote a dataset without a dataspace where there is no X.
bool holds_a_matrix(hid_t file, const std::string& path) {
  if (hdf5::is_dataset(file, path)) return !hdf5::has_no_space(hdf5::open_dataset(file, path));
  return hdf5::is_group(file, path);
}

std::string text_or_nothing(hid_t object, const char* attribute) {
  return hdf5::text_attribute(object, attribute).value_or("");
}

// Which of the two sparse layouts; anndata before 0.7 spelled it otherwise.
MatrixLayout sparse_layout(hid_t group) {
  const std::string type = text_or_nothing(group, "encoding-type");
  const std::string version = text_or_nothing(group, "encoding-version");
  const std::string old_type = text_or_nothing(group, "h5sparse_format");
  const bool is_known = type.empty() ? !old_type.empty() : version.empty() || version == "0.1.0";
  if (is_known && (type == "csr_matrix" || (type.empty() && old_type == "csr"))) return MatrixLayout::csr;
  if (is_known && (type == "csc_matrix" || (type.empty() && old_type == "csc"))) return MatrixLayout::csc;
  throw hdf5::fault(ErrorKind::unsupported, group,
                    fmt::format("is a matrix in an encoding that is not read: '{}' {}",
                                printable(type.empty() ? old_type : type), printable(version)));
}

hdf5::MatrixShape sparse_shape(hid_t group) {
  auto shape = hdf5::integers_attribute(group, "shape");
  if (!shape) shape = hdf5::integers_attribute(group, "h5sparse_shape");
  if (shape && shape->size() == 2) return {(*shape)[0], (*shape)[1]};
  throw hdf5::fault(group, "is a sparse matrix without a shape");
}

// Gene numbers are 32 bits wide; a chunk's offsets and a cell's number have room for more than any file holds.
void check_shape(hid_t object, const hdf5::MatrixShape& shape) {
  constexpr std::int64_t most_genes = std::numeric_limits<std::int32_t>::max();
  constexpr std::int64_t most_cells = std::int64_t{1} << 40;
  const bool possible = shape.n_cells >= 0 && shape.n_cells <= most_cells && shape.n_genes >= 0 && shape.n_genes < most_genes;
  if (possible) return;
  throw hdf5::fault(object, fmt::format("has an impossible shape of {} x {}", shape.n_cells, shape.n_genes));
}

ValueType number_type(hid_t dataset) {
  const auto type = hdf5::stored_type_of(dataset);
  if (!type) throw hdf5::fault(dataset, "holds no numbers");
  return *type;
}

void describe_sparse(hid_t group, StoredMatrix& matrix) {
  matrix.layout = sparse_layout(group);
  matrix.shape = sparse_shape(group);
  const hdf5::Handle data = hdf5::open_dataset(group, "data");
  matrix.type = number_type(data);
  matrix.n_nonzeros = hdf5::length_of(data);
  check_shape(group, matrix.shape);
}

void describe_dense(hid_t dataset, StoredMatrix& matrix) {
  const std::string version = text_or_nothing(dataset, "encoding-version");
  const std::vector<std::int64_t> extent = hdf5::extent_of(dataset);
  if (extent.size() != 2) throw hdf5::fault(dataset, fmt::format("has {} axes where 2 are expected", extent.size()));
  if (!version.empty() && version != "0.2.0") {
    throw hdf5::fault(ErrorKind::unsupported, dataset,
                      fmt::format("is a matrix in an encoding that is not read: 'array' {}", printable(version)));
  }
  matrix.layout = MatrixLayout::dense;
  matrix.shape = {extent[0], extent[1]};
  matrix.type = number_type(dataset);
  check_shape(dataset, matrix.shape);
}

}  // namespace

std::string_view name_of(MatrixLayout layout) noexcept {
  constexpr std::array<std::string_view, 3> names{"csr", "csc", "dense"};
  return names[static_cast<std::size_t>(layout)];
}

std::vector<MatrixPlace> find_matrices(hid_t file) {
  std::vector<MatrixPlace> places;
  const auto add = [&](const char* name, const std::string& path, const char* var) {
    if (holds_a_matrix(file, path)) places.push_back({name, path, var});
  };
  add("X", "X", "var");
  add("layers/counts", "layers/counts", "var");
  add("raw/X", "raw/X", "raw/var");
  add("raw/X", "raw.X", "raw.var");
  if (!hdf5::is_group(file, "layers")) return places;
  for (const std::string& layer : hdf5::names_in(hdf5::open_group(file, "layers"))) {
    if (layer != "counts") add(("layers/" + layer).c_str(), "layers/" + layer, "var");
  }
  return places;
}

bool holds_numbers(hid_t file, const MatrixPlace& place) {
  const bool is_sparse = hdf5::is_group(file, place.path);
  const std::string values = is_sparse ? place.path + "/data" : place.path;
  if (!hdf5::is_dataset(file, values)) return false;
  const hdf5::Handle dataset = hdf5::open_dataset(file, values);
  const hdf5::Handle type(H5Dget_type(dataset), H5Tclose);
  const auto number = hdf5::value_type_of(type);
  return number && H5Tget_class(type) != H5T_ENUM && H5Tget_size(type) == hdf5::size_of(*number);
}

StoredMatrix describe_matrix(hid_t file, const MatrixPlace& place) {
  StoredMatrix matrix;
  matrix.place = place;
  if (hdf5::is_group(file, place.path)) {
    describe_sparse(hdf5::open_group(file, place.path), matrix);
  } else {
    describe_dense(hdf5::open_dataset(file, place.path), matrix);
  }
  return matrix;
}

}  // namespace gemflow::h5ad
