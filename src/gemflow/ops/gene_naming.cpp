// SPDX-License-Identifier: Apache-2.0
#include "gemflow/ops/gene_naming.hpp"

#include <algorithm>
#include <array>
#include <unordered_set>
#include <utility>

#include "gemflow/ops/gene_match.hpp"

namespace gemflow {
namespace {

/// Few symbols look like any other words; a column of one of these names holds them all the same.
bool is_called_symbols(std::string_view column) noexcept {
  constexpr std::array<std::string_view, 6> usual{"feature_name", "gene_symbols", "gene_symbol",
                                                  "gene_name",    "gene_names",   "symbol"};
  return std::find(usual.begin(), usual.end(), column) != usual.end();
}

bool holds(const GeneNames& column, GeneIdKind naming) {
  const GeneLikeness look = gene_likeness(column.names);
  if (naming != GeneIdKind::symbol) return look.kind == naming;
  if (look.is_id()) return false;
  if (column.column.empty() || is_called_symbols(column.column)) return true;
  return look.kind == GeneIdKind::symbol && look.confidence > 0.3;  // as where a model's columns are looked at
}

NamesOfKind names_of(GeneNames column, const Genes& genes, GeneIdKind naming) {
  NamesOfKind of{std::move(column.column), std::move(column.names), {}, false};
  for (std::size_t gene = 0; gene < genes.size(); ++gene) {
    const std::string& name = of.names[gene];
    of.met_by.push_back(name.empty() ? genes.names[gene] : naming == GeneIdKind::symbol ? name : meeting_name(name));
  }
  const std::unordered_set<std::string_view> met(of.met_by.begin(), of.met_by.end());
  of.are_distinct = met.size() == of.met_by.size();
  return of;
}

}  // namespace

GeneIdKind naming_of(const GeneLikeness& look) noexcept { return look.is_id() ? look.kind : GeneIdKind::symbol; }

std::string_view words_for(GeneIdKind naming) noexcept {
  switch (naming) {
    case GeneIdKind::ensembl_gene: return "Ensembl gene ids";
    case GeneIdKind::ensembl_transcript: return "Ensembl transcript ids";
    case GeneIdKind::ensembl_protein: return "Ensembl protein ids";
    case GeneIdKind::entrez: return "Entrez gene ids";
    case GeneIdKind::refseq: return "RefSeq ids";
    case GeneIdKind::probe: return "ids of array probes";
    default: return "symbols";
  }
}

std::string meeting_name(const std::string& id) {
  constexpr std::string_view y_copy = "_PAR_Y";
  const std::string name(id_of_name(id));
  return id.ends_with(y_copy) && !name.ends_with(y_copy) ? name + std::string(y_copy) : name;
}

std::optional<NamesOfKind> find_names(const Genes& genes, GeneIdKind naming) {
  std::optional<NamesOfKind> found;
  for (GeneNames& column : text_columns(genes)) {
    if (!holds(column, naming)) continue;
    NamesOfKind names = names_of(std::move(column), genes, naming);
    const bool are_distinct = names.are_distinct;
    if (!found || are_distinct) found = std::move(names);
    if (are_distinct) break;
  }
  return found;
}

}  // namespace gemflow
