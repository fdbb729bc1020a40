// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "gemflow/core/genes.hpp"
#include "gemflow/formats.hpp"
#include "gemflow/ops/group_changes.hpp"

namespace gemflow::cli {

/// Symbols of genes: of a column that is called as such; the names themselves where they look like symbols; else empty.
[[nodiscard]] std::vector<std::string> symbols_of(const Genes& genes);

/// Whether symbols_of() knows any.
[[nodiscard]] bool has_symbols(const Genes& genes);

/// A table of changes: group, rank, gene, symbol, log2fc, mean_control, mean_treated, n_cells, and condition where there
/// are several.
void write_changes(RowWriter& table, const std::vector<GeneChange>& changes, const Genes& genes);

}  // namespace gemflow::cli
