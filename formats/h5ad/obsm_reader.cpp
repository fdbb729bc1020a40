// SPDX-License-Identifier: Apache-2.0
#include "h5ad/obsm_reader.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "gemflow/core/nearest.hpp"
#include "hdf5/cast.hpp"
#include "hdf5/fault.hpp"
#include "hdf5/node.hpp"

namespace gemflow::h5ad {
namespace {

/// The matrix' path, once it is known that it is there.
std::string path_of_matrix(hid_t file, const std::string& name) {
  std::string path = "obsm/" + name;
  if (hdf5::is_group(file, "obsm") && hdf5::is_dataset(file, path)) return path;
  std::vector<std::string> known;
  if (hdf5::is_group(file, "obsm")) known = hdf5::names_in(hdf5::open_group(file, "obsm"));
  if (std::find(known.begin(), known.end(), name) != known.end()) {
    throw hdf5::fault(file, "is no dense matrix of numbers", {}, path);
  }
  throw hdf5::fault(file, fmt::format("is missing: there is no matrix '{}' in obsm", printable(name)), did_you_mean(name, known), path);
}

}  // namespace

ObsmReader::ObsmReader(hid_t file, std::string name, std::int64_t n_cells, const Job& job)
    : name_(std::move(name)), rows_(file, path_of_matrix(file, name_), job) {
  if (rows_.n_rows() == n_cells) return;
  throw hdf5::fault(file, fmt::format("has {} rows where {} are expected", rows_.n_rows(), n_cells), {}, "obsm/" + name_);
}

void ObsmReader::load(std::int64_t row) {
  band_begin_ = row / rows_.rows_at_once() * rows_.rows_at_once();
  band_end_ = std::min(band_begin_ + rows_.rows_at_once(), rows_.n_rows());
  band_.resize(static_cast<std::size_t>(band_end_ - band_begin_) * rows_.row_bytes());
  rows_.read(band_begin_, band_end_ - band_begin_, band_.span());
}

Matrix ObsmReader::pick(std::span<const CellRun> runs) {
  const auto width = static_cast<std::size_t>(n_columns());
  Matrix matrix{name_, MatrixKind::other, {}, {}};
  for (std::size_t column = 0; column < width; ++column) matrix.columns.push_back(std::to_string(column));
  matrix.values.resize(static_cast<std::size_t>(count_cells(runs)) * width);
  std::size_t at = 0;
  for (const CellRun& run : runs) {
    for (std::int64_t row = run.begin; row < run.end;) {
      if (row < band_begin_ || row >= band_end_) load(row);
      const std::int64_t end = std::min(run.end, band_end_);
      const std::size_t n = static_cast<std::size_t>(end - row) * width;
      const unsigned char* raw = band_.span().data() + static_cast<std::size_t>(row - band_begin_) * rows_.row_bytes();
      hdf5::cast_numbers(rows_.type(), raw, std::span(matrix.values).subspan(at, n));
      at += n;
      row = end;
    }
  }
  return matrix;
}

}  // namespace gemflow::h5ad
