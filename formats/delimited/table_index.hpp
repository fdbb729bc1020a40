// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "delimited/table_head.hpp"
#include "feature_types.hpp"
#include "gemflow/core/format.hpp"
#include "gemflow/core/genes.hpp"

namespace gemflow {

/// A table without its values: which axis is what, and the names on both.
struct TableIndex {
  TableHead head;
  bool cells_in_rows = false;
  std::int64_t n_rows = 0;  ///< all rows, those that are left out too
  std::vector<std::int32_t>
      places;  ///< of each row among the genes, -1: left out (STAR's N_… and htseq's __… rows); empty: all
  std::vector<std::string> cells;
  Genes genes;  ///< with the leading columns beside the first, where genes are in rows
};

/// Reads the names of all rows, not the values, and decides which axis holds the genes unless it is told: by what genes
/// are called, by the headers of the leading columns, by what barcodes look like. Errors: input (as read_table_head; a
/// cell's name twice; not as many rows as announced; no telling which axis is which).
[[nodiscard]] TableIndex read_table_index(TextLines& lines, Orientation told, Report& report);

}  // namespace gemflow
