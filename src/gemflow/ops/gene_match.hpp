// SPDX-License-Identifier: Apache-2.0
#pragma once

// Private to gene_map: which column of a file holds the model's genes.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "gemflow/core/genes.hpp"
#include "gemflow/ops/gene_likeness.hpp"
#include "gemflow/ops/gene_map.hpp"

namespace gemflow {

/// The names of the index or of a text column.
struct GeneNames {
  std::string column;  ///< empty: the index
  std::vector<std::string> names;
};

/// The index and all columns that hold text, each row with something of its own; what gemflow wrote is left out.
[[nodiscard]] std::vector<GeneNames> text_columns(const Genes& genes);

inline constexpr std::int32_t not_there = -1;
inline constexpr std::int32_t many_there = -2;

/// One column of the file compared with one of the model's.
struct ColumnMatch {
  std::string by;      ///< "Ensembl id", "id", "symbol", "name": what the file's column holds
  GeneNames compared;  ///< the file's column
  bool through_table = false;
  std::vector<std::int32_t>
      targets;                 ///< for each row the model's gene, not_there, or many_there where the name is of several
  std::vector<bool> y_copies;  ///< rows found only without their _PAR_Y
  std::vector<std::pair<std::int32_t, std::int32_t>> ambiguous;  ///< row of the file, gene of the model; left out
  std::int64_t n_found = 0;                                      ///< genes of the model with a row
};

/// The column that finds the most genes of the model; of equal ones a direct match before one through the table, the index
/// before columns. Ids come before symbols that find hardly more (2 %).
[[nodiscard]] ColumnMatch best_column(const Genes& file, const Genes& gene_order, const GeneMapOptions& options);

}  // namespace gemflow
