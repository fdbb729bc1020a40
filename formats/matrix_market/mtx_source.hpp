// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "count_source.hpp"
#include "matrix_market/mtx_entries.hpp"
#include "matrix_market/mtx_lists.hpp"

namespace gemflow {

/// What a matrix's rows and columns are, for those who walk through its entries.
struct MtxAxes {
  bool cells_in_rows = false;
  KeptFeatures features;

  [[nodiscard]] std::int64_t cell_of(const MtxEntry& entry) const noexcept {
    return cells_in_rows ? entry.row : entry.column;
  }
  /// Place among the kept genes; -1 if the feature is left out.
  [[nodiscard]] std::int32_t gene_of(const MtxEntry& entry) const noexcept {
    return features.place_of(cells_in_rows ? entry.column : entry.row);
  }
};

/// Cells in order: at once where the first million entries stand cell by cell, as Cell Ranger writes them; else turned.
/// REQUIRES: `cells` and `job` outlive the source. Errors: input, also where later entries are not cell by cell.
[[nodiscard]] std::unique_ptr<CountSource> mtx_source(std::unique_ptr<MtxEntries> entries, MtxAxes axes,
                                                      const ChosenCells& cells, const Job& job);

}  // namespace gemflow
