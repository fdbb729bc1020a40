// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "count_source.hpp"
#include "delimited/table_index.hpp"
#include "delimited/table_rows.hpp"

namespace gemflow {

/// What the rows of a table are.
struct TableAxes {
  bool cells_in_rows = false;
  std::int64_t n_rows = 0;
  KeptFeatures genes;  ///< genes in rows: which of them are kept
};

/// Cells of a table: as they come where they are in rows, else turned.
/// REQUIRES: `cells` and `job` outlive the source. Errors: input.
[[nodiscard]] std::unique_ptr<CountSource> table_source(std::unique_ptr<TableRows> rows, TableAxes axes,
                                                        const ChosenCells& cells, const Job& job);

}  // namespace gemflow
