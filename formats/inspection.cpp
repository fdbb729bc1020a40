// SPDX-License-Identifier: Apache-2.0
#include "inspection.hpp"

#include <algorithm>
#include <unordered_set>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/format.h>

#include "gemflow/ops/gene_likeness.hpp"
#include "gemflow/ops/value_look.hpp"

namespace gemflow {
namespace {

/// What one column, or the index, calls the genes.
struct NamedBy {
  GeneLikeness likeness;
  std::string place;
};

std::vector<std::string> texts_of(const Column& column) {
  std::vector<std::string> texts;
  for (std::size_t row = 0; row < column.n_rows(); ++row) texts.push_back(column.text_at(row));
  return texts;
}

std::int64_t count_repeated(const std::vector<std::string>& names) {
  std::unordered_set<std::string_view> met;
  return std::count_if(names.begin(), names.end(), [&](const std::string& name) { return !met.insert(name).second; });
}

/// Most of what names genes differs from row to row; chromosomes and lengths do not. What gemflow wrote names a model's.
bool may_name_genes(const Column& column, const std::vector<std::string>& texts) {
  return column.name.rfind("gemflow_", 0) != 0 && 2 * count_repeated(texts) < static_cast<std::int64_t>(texts.size());
}

std::vector<NamedBy> ways_to_name(const Genes& genes) {
  std::vector<NamedBy> ways{{gene_likeness(genes.names), "in the index"}};
  for (const Column& column : genes.columns) {
    const bool is_text = std::holds_alternative<Text>(column.values) || std::holds_alternative<Labels>(column.values);
    if (!is_text) continue;
    const std::vector<std::string> texts = texts_of(column);
    if (may_name_genes(column, texts)) ways.push_back({gene_likeness(texts), fmt::format("in '{}'", column.name)});
  }
  std::stable_sort(ways.begin(), ways.end(),
                   [](const NamedBy& a, const NamedBy& b) { return a.likeness.confidence > b.likeness.confidence; });
  return ways;
}

}  // namespace

std::string describe_gene_ids(const Genes& genes) {
  std::vector<std::string> descriptions;
  std::vector<GeneIdKind> kinds;
  for (const NamedBy& way : ways_to_name(genes)) {
    const GeneIdKind kind = way.likeness.kind;
    if (kind == GeneIdKind::unknown || std::find(kinds.begin(), kinds.end(), kind) != kinds.end()) continue;
    kinds.push_back(kind);
    descriptions.push_back(fmt::format("{} {}", way.likeness.description(), way.place));
  }
  return descriptions.empty() ? "names of unknown kind in the index" : fmt::format("{}", fmt::join(descriptions, ", "));
}

void inspect_genes(Inspection& seen, const Genes& genes) {
  seen.n_genes = static_cast<std::int64_t>(genes.size());
  seen.gene_ids = describe_gene_ids(genes);
  for (const Column& column : genes.columns) {
    seen.var.push_back({column.name, std::holds_alternative<Text>(column.values) ? "string" : "other"});
  }
  const GeneLikeness names = gene_likeness(genes.names);
  if (names.n_dates > 0) {
    seen.remarks.push_back(fmt::format("{} genes are called like dates, as '{}': a spreadsheet made them of symbols",
                                       names.n_dates, names.date_example));
  }
  if (const std::int64_t n = count_repeated(genes.names); n > 0) {
    seen.remarks.push_back(fmt::format("{} genes have a name that another has before them", n));
  }
}

void inspect_values(Inspection& seen, MatrixView matrix, const CountChunk& first) {
  const ValueLook look = look_at_values(first);
  matrix.holds = look.holds;
  matrix.may_be_rounded = look.may_be_rounded();
  if (seen.counts_in.empty() && look.is_counts()) seen.counts_in = matrix.name;
  seen.matrices.push_back(std::move(matrix));
}

}  // namespace gemflow
