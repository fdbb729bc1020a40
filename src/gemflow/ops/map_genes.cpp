// SPDX-License-Identifier: Apache-2.0
// How a gene map is made.
#include <algorithm>
#include <cassert>
#include <numeric>
#include <utility>

#include "gemflow/ops/gene_map_state.hpp"

namespace gemflow {
namespace {

/// Rows of the file by gene of the model, while the map is made.
using RowsOfGene = std::vector<std::vector<std::int32_t>>;

std::size_t at(std::int32_t index) noexcept { return static_cast<std::size_t>(index); }

/// Which rows go to which gene. Copies on Y are left out where the gene itself is there too, unless rows are summed.
RowsOfGene rows_of_genes(const ColumnMatch& found, std::size_t n_genes, Duplicates duplicates,
                         std::vector<RowStatus>& status) {
  RowsOfGene rows(n_genes);
  status.assign(found.targets.size(), RowStatus::unused);
  for (const bool copies : {false, true}) {
    for (std::size_t row = 0; row < found.targets.size(); ++row) {
      const std::int32_t gene = found.targets[row];
      if (gene == many_there) status[row] = RowStatus::ambiguous;
      if (gene < 0 || found.y_copies[row] != copies) continue;
      const bool left_out = copies && duplicates != Duplicates::sum && !rows[at(gene)].empty();
      status[row] = left_out ? RowStatus::y_copy : RowStatus::used;
      if (!left_out) rows[at(gene)].push_back(static_cast<std::int32_t>(row));
    }
  }
  for (std::vector<std::int32_t>& of_gene : rows) std::sort(of_gene.begin(), of_gene.end());
  return rows;
}

void summarise(GeneMatch& match, const RowsOfGene& rows, std::span<const float> mean_expression) {
  double found_expression = 0;
  double all_expression = 0;
  for (std::size_t gene = 0; gene < rows.size(); ++gene) {
    match.n_found += rows[gene].empty() ? 0 : 1;
    match.n_repeated += rows[gene].size() > 1 ? 1 : 0;
    if (mean_expression.empty()) continue;
    const auto expression = static_cast<double>(mean_expression[gene]);
    all_expression += expression;
    if (!rows[gene].empty()) found_expression += expression;
  }
  match.n_missing = match.n_model - match.n_found;
  if (match.n_model > 0) match.share_of_genes = static_cast<double>(match.n_found) / static_cast<double>(match.n_model);
  if (all_expression > 0) match.share_of_expression = found_expression / all_expression;
}

std::vector<std::string> repeated_names(const RowsOfGene& rows, const Genes& gene_order) {
  std::vector<std::string> names;
  for (std::size_t gene = 0; gene < rows.size(); ++gene) {
    if (rows[gene].size() > 1) names.push_back(gene_order.names[gene]);
  }
  return names;
}

bool is_ascending(const std::vector<std::int32_t>& target) {
  std::int32_t last = -1;
  for (const std::int32_t gene : target) {
    if (gene == RowScatter::dump) continue;
    if (gene <= last) return false;
    last = gene;
  }
  return true;
}

}  // namespace

/// The tables that `align` and `place` go by.
void GeneMap::State::fill_tables(const std::vector<std::vector<std::int32_t>>& rows) {
  constexpr std::int32_t none = RowScatter::dump;
  target.assign(file.size(), none);
  kept.resize(file.size());
  std::iota(kept.begin(), kept.end(), 0);
  back.assign(model.size(), none);
  gene_status.assign(model.size(), GeneStatus::missing);
  const bool summing = options.duplicates == Duplicates::sum;
  for (std::size_t gene = 0; gene < rows.size(); ++gene) {
    if (rows[gene].empty()) continue;
    sums = sums || (summing && rows[gene].size() > 1);
    gene_status[gene] = summing && rows[gene].size() > 1 ? GeneStatus::summed : GeneStatus::found;
    back[gene] = rows[gene].front();
    for (const std::int32_t row : rows[gene]) {
      const bool is_used = summing || row == rows[gene].front();
      if (!is_used) row_status[at(row)] = RowStatus::duplicate;
      target[at(row)] = is_used ? static_cast<std::int32_t>(gene) : none;
      kept[at(row)] = is_used ? none : row;
    }
  }
  ascending = is_ascending(target);
}

GeneMap map_genes(const Genes& file, const Genes& gene_order, const GeneMapOptions& options,
                  std::span<const float> mean_expression) {
  assert(mean_expression.empty() || mean_expression.size() == gene_order.size());
  ColumnMatch found = best_column(file, gene_order, options);
  auto state = std::make_unique<GeneMap::State>();
  GeneMatch& match = state->match;
  match.by = std::move(found.by);
  match.column = std::move(found.compared.column);
  match.through_table = found.through_table;
  match.n_model = static_cast<std::int64_t>(gene_order.size());
  match.n_file = static_cast<std::int64_t>(file.size());
  const RowsOfGene rows = rows_of_genes(found, gene_order.size(), options.duplicates, state->row_status);
  summarise(match, rows, mean_expression);
  if (match.n_found == 0 || match.share_of_expression.value_or(match.share_of_genes) < options.min_overlap) {
    refuse_overlap(match, file, gene_order, options);
  }
  if (match.n_repeated > 0 && options.duplicates == Duplicates::error) {
    refuse_duplicates(repeated_names(rows, gene_order), match, options);
  }
  state->file = file;
  state->model = gene_order;
  state->options = options;
  state->compared = std::move(found.compared.names);
  state->fill_tables(rows);
  for (const auto& [row, gene] : found.ambiguous) {
    GeneStatus& status = state->gene_status[at(gene)];
    if (status == GeneStatus::missing) status = GeneStatus::ambiguous;
  }
  match.n_ambiguous = std::count(state->row_status.begin(), state->row_status.end(), RowStatus::ambiguous);
  match.n_unused = std::count(state->row_status.begin(), state->row_status.end(), RowStatus::unused);
  return GeneMap(std::move(state));
}

GeneMap map_genes(const Genes& file, const ModelCard& card, const GeneMapOptions& options) {
  if (!card.any_genes) return map_genes(file, card.gene_order, options, card.mean_expression);
  auto state = std::make_unique<GeneMap::State>();
  state->file = file;
  state->options = options;
  state->identity = true;
  GeneMatch& match = state->match;
  match.by = "name";
  match.n_model = match.n_file = match.n_found = static_cast<std::int64_t>(file.size());
  match.share_of_genes = 1;
  return GeneMap(std::move(state));
}

}  // namespace gemflow
