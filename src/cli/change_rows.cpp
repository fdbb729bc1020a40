// SPDX-License-Identifier: Apache-2.0
#include "change_rows.hpp"

#include <algorithm>

#include "gemflow/ops/gene_likeness.hpp"
#include "row_text.hpp"

namespace gemflow::cli {

std::vector<std::string> symbols_of(const Genes& genes) {
  for (const char* name : {"symbol", "feature_name", "gene_symbols", "gene_symbol", "gene_name", "gene_names"}) {
    const Column* column = genes.find_column(name);
    if (column == nullptr) continue;
    std::vector<std::string> symbols;
    for (std::size_t gene = 0; gene < genes.size(); ++gene) symbols.push_back(column->text_at(gene));
    return symbols;
  }
  if (gene_likeness(genes.names).kind == GeneIdKind::symbol) return genes.names;
  return std::vector<std::string>(genes.size());
}

bool has_symbols(const Genes& genes) {
  const std::vector<std::string> symbols = symbols_of(genes);
  return std::any_of(symbols.begin(), symbols.end(), [](const std::string& symbol) { return !symbol.empty(); });
}

void write_changes(RowWriter& table, const std::vector<GeneChange>& changes, const Genes& genes) {
  const bool has_conditions =
      std::any_of(changes.begin(), changes.end(), [](const GeneChange& one) { return !one.name.condition.empty(); });
  const std::vector<std::string> symbols = symbols_of(genes);
  std::vector<std::string> fields{"group", "rank", "gene", "symbol", "log2fc", "mean_control", "mean_treated", "n_cells"};
  if (has_conditions) fields.emplace_back("condition");
  table.row(fields);
  for (const GeneChange& one : changes) {
    const auto gene = static_cast<std::size_t>(one.gene);
    fields = {one.name.group,            std::to_string(one.rank),   genes.names[gene],
              symbols[gene],             shortest(one.log2fc),       shortest(one.mean_control),
              shortest(one.mean_treated), std::to_string(one.n_cells)};
    if (has_conditions) fields.push_back(one.name.condition);
    table.row(fields);
  }
}

}  // namespace gemflow::cli
