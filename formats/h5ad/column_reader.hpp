// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "gemflow/core/chunk.hpp"
#include "hdf5/handle.hpp"

namespace gemflow::h5ad {

/// One column of a data frame, read in slices. Categories of a categorical are read once and shared by all slices.
class ColumnReader {
 public:
  virtual ~ColumnReader() = default;
  [[nodiscard]] virtual std::int64_t n_rows() const = 0;
  /// For people: "categorical (8)", "float32", "string", "bool".
  [[nodiscard]] virtual std::string type() const = 0;
  /// Rows [begin, begin + count), without a name. REQUIRES: within n_rows. Errors: input.
  [[nodiscard]] virtual Column read(std::int64_t begin, std::int64_t count) const = 0;
};

/// Opens a column as anndata 0.7 and later store it: a dataset (numbers, booleans, texts; codes whose attribute refers to
/// their categories), or a group (categorical, nullable integers, booleans and texts).
/// Texts that are missing are empty, missing numbers NaN (an integer column with any is read as float64), missing
/// booleans have no label. Errors: input; unsupported (a kind of column that is not known).
[[nodiscard]] std::unique_ptr<ColumnReader> open_column(hid_t frame, const std::string& name);

/// Opens a field of a dataset of records (obs and var before anndata 0.7). `categories`: its labels where the file keeps
/// them elsewhere; null for other columns.
[[nodiscard]] std::unique_ptr<ColumnReader> open_field(hid_t parent, const std::string& path, const std::string& field,
                                                       std::shared_ptr<const std::vector<std::string>> categories);

/// All rows of a column as texts: categories, names. Errors: memory, if there are more than `limit`.
[[nodiscard]] std::vector<std::string> read_as_texts(const ColumnReader& column, std::int64_t limit = 50'000'000);

}  // namespace gemflow::h5ad
