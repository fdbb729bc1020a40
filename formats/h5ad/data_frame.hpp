// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "gemflow/core/genes.hpp"
#include "h5ad/column_reader.hpp"
#include "hdf5/handle.hpp"

namespace gemflow::h5ad {

/// obs, var or raw/var of any anndata since 0.5: a group with one member a column, or one dataset of records.
class DataFrame {
 public:
  /// `path`: "obs", "var", "raw/var", "raw.var". The file must stay open.
  /// Errors: input (not there, no index, an index that is missing or of a strange kind).
  DataFrame(hid_t file, std::string path);

  [[nodiscard]] std::int64_t n_rows() const noexcept { return n_rows_; }
  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  /// The member or field that holds the row names.
  [[nodiscard]] const std::string& index_name() const noexcept { return index_name_; }
  /// Columns in their order, without the index. A name may be listed whose member is missing.
  [[nodiscard]] const std::vector<std::string>& columns() const noexcept { return columns_; }
  [[nodiscard]] bool has_column(const std::string& name) const;

  /// Row names [begin, begin + count) behind those in `out`.
  void append_names(std::int64_t begin, std::int64_t count, std::vector<std::string>& out) const;
  /// Errors: input with the nearest names, where there is no such column or it has another length; unsupported.
  [[nodiscard]] std::unique_ptr<ColumnReader> column(const std::string& name) const;

 private:
  void open_group();
  void open_records();
  [[nodiscard]] std::shared_ptr<const std::vector<std::string>> old_categories(const std::string& field) const;

  hid_t file_;
  std::string path_;
  hdf5::Handle group_;  ///< closed where the frame is a dataset of records
  std::string index_name_;
  std::vector<std::string> columns_;
  std::unique_ptr<ColumnReader> index_;
  std::int64_t n_rows_ = 0;
};

/// var or raw/var as genes: names and all columns that can be read. Errors: input, memory.
[[nodiscard]] Genes read_genes(const DataFrame& var);

}  // namespace gemflow::h5ad
