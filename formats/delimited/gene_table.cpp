// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <utility>

#include <fmt/core.h>

#include "delimited/fields.hpp"
#include "delimited/gene_annotation.hpp"
#include "delimited/text_table.hpp"
#include "gemflow/core/error.hpp"
#include "gemflow/formats.hpp"
#include "gemflow/ops/gene_likeness.hpp"

namespace gemflow {
namespace {

constexpr std::size_t n_looked_at = 2000;

/// Headers as Ensembl, HGNC, scanpy and others write them; in lower case.
constexpr std::array<std::string_view, 9> id_headers{
    "gene_id", "ensembl_gene_id", "ensembl_id", "gene_ids", "ensembl", "gene stable id", "geneid", "id", "ensg"};
constexpr std::array<std::string_view, 9> symbol_headers{"gene_name",    "symbol",       "gene_symbol",
                                                         "hgnc_symbol",  "gene name",    "name",
                                                         "feature_name", "gene_symbols", "external_gene_name"};

template <std::size_t N>
std::optional<std::size_t> find_header(const std::vector<std::string>& header,
                                       const std::array<std::string_view, N>& words) {
  for (const std::string_view word : words) {
    const auto at =
        std::find_if(header.begin(), header.end(), [&](const std::string& name) { return lower(name) == word; });
    if (at != header.end()) return static_cast<std::size_t>(at - header.begin());
  }
  return std::nullopt;
}

/// Which columns hold what, and whether the first line is one of them.
struct Columns {
  std::optional<std::size_t> ids;
  std::optional<std::size_t> symbols;
  bool has_header = true;
};

/// The surest columns of ids and of symbols by the look of the first rows.
void find_by_look(TextTable& table, Columns& columns) {
  std::vector<std::vector<std::string>> texts(table.first().size());
  std::vector<std::string> row = table.first();
  bool more = columns.has_header ? table.next(row) : true;
  for (; more && texts.front().size() < n_looked_at; more = table.next(row)) {
    for (std::size_t i = 0; i < row.size(); ++i) texts[i].push_back(row[i]);
  }
  double id_confidence = 0;
  double symbol_confidence = 0;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const GeneLikeness look = gene_likeness(texts[i]);
    const bool is_id = look.is_id();
    if (look.kind == GeneIdKind::unknown) continue;
    double& best = is_id ? id_confidence : symbol_confidence;
    if (look.confidence <= best) continue;
    best = look.confidence;
    (is_id ? columns.ids : columns.symbols) = i;
  }
  table.rewind();
}

Columns find_columns(TextTable& table) {
  Columns columns;
  columns.has_header = std::none_of(table.first().begin(), table.first().end(),
                                    [](const std::string& text) { return parse_stable_id(text).has_value(); });
  Columns looked = columns;
  find_by_look(table, looked);
  if (columns.has_header) {
    columns.ids = find_header(table.first(), id_headers);
    columns.symbols = find_header(table.first(), symbol_headers);
  }
  if (!columns.ids) columns.ids = looked.ids;
  if (!columns.symbols) columns.symbols = looked.symbols;
  return columns;
}

GeneTable read_columns(const std::filesystem::path& path, const Job& job) {
  TextTable table(path, job);
  const Columns columns = find_columns(table);
  if (!columns.ids || !columns.symbols || columns.ids == columns.symbols) {
    throw Error(
        ErrorKind::input,
        fmt::format("reading '{}': there is no column of gene {}", path.string(), columns.ids ? "symbols" : "ids"),
        "give the columns the headers gene_id and gene_name");
  }
  GeneTable genes;
  std::vector<std::string> row = table.first();
  for (bool more = columns.has_header ? table.next(row) : true; more; more = table.next(row)) {
    const std::string& symbol = row[*columns.symbols];
    const std::string& id = row[*columns.ids];
    if (!symbol.empty() && !id.empty()) genes.symbol_and_id.emplace_back(symbol, id);
  }
  return genes;
}

}  // namespace

GeneTable read_gene_table(const std::filesystem::path& path, const Job& job) {
  return is_gene_annotation(path, job) ? read_gene_annotation(path, job) : read_columns(path, job);
}

}  // namespace gemflow
