// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gemflow/core/chunk.hpp"

namespace gemflow {

/// The genes of a file or a model, in the order of its matrix columns.
struct Genes {
  std::vector<std::string> names;  ///< what the file calls them (AnnData: var_names); may repeat
  std::vector<Column> columns;     ///< further columns: other ids, symbols, flags

  /// For genes that were made from another file's: the gene's number there, -1 if it is not in that file.
  /// Empty where there is no such file.
  std::vector<std::int64_t> source;

  [[nodiscard]] std::size_t size() const noexcept { return names.size(); }
  [[nodiscard]] const Column* find_column(std::string_view name) const noexcept;
};

}  // namespace gemflow
