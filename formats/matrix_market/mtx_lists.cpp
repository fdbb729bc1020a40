// SPDX-License-Identifier: Apache-2.0
#include "matrix_market/mtx_lists.hpp"

#include <utility>

#include <fmt/core.h>

#include "text_lines.hpp"

namespace gemflow {
namespace {

/// Text up to the next tab. These lists know no quotes: names such as 5'RNA and "B"R" are names.
std::string take_field(std::string_view& line) {
  const std::size_t n = line.find('\t');
  std::string field(line.substr(0, n));
  line.remove_prefix(n == std::string_view::npos ? line.size() : n + 1);
  return field;
}

std::vector<std::string> read_cell_list(const std::filesystem::path& path, const Job& job) {
  TextLines lines(path, job);
  std::vector<std::string> cells;
  for (std::string_view line; lines.next(line);) {
    if (line.empty()) continue;
    lines.require_utf8(line);
    cells.push_back(take_field(line));
  }
  return cells;
}

struct FeatureList {
  std::vector<std::string> ids;
  Text symbols;  ///< empty, or one a feature
  Text types;    ///< the same
};

FeatureList read_feature_list(const std::filesystem::path& path, const Job& job) {
  TextLines lines(path, job);
  FeatureList list;
  bool have_symbols = false;
  bool have_types = false;
  for (std::string_view line; lines.next(line);) {
    if (line.empty()) continue;
    lines.require_utf8(line);
    const std::string id = take_field(line);
    have_symbols = have_symbols || !line.empty();
    const std::string symbol = take_field(line);
    have_types = have_types || !line.empty();
    list.ids.push_back(id.empty() ? symbol : id);
    list.symbols.push_back(symbol);
    list.types.push_back(take_field(line));
  }
  if (!have_symbols) list.symbols.clear();
  if (!have_types) list.types.clear();
  return list;
}

bool are_cells_in_rows(const MtxFiles& files, const MtxHeader& header, std::int64_t n_genes, std::int64_t n_cells,
                       Orientation told) {
  const bool fits_genes_in_rows = header.n_rows == n_genes && header.n_columns == n_cells;
  const bool fits_cells_in_rows = header.n_rows == n_cells && header.n_columns == n_genes;
  const bool is_named_so = files.matrix.filename().string().find("cells_x_genes") != std::string::npos;
  const bool may_be_cells = told != Orientation::genes_in_rows && fits_cells_in_rows;
  const bool may_be_genes = told != Orientation::cells_in_rows && fits_genes_in_rows;
  if (may_be_cells != may_be_genes) return may_be_cells;
  if (may_be_cells) return is_named_so;
  throw Error(ErrorKind::input,
              fmt::format("reading '{}': a matrix of {} x {} does not fit {} genes ('{}') and {} cells ('{}')",
                          files.matrix.string(), header.n_rows, header.n_columns, n_genes,
                          files.genes.filename().string(), n_cells, files.cells.filename().string()));
}

Genes genes_of(FeatureList list, const KeptFeatures& features) {
  Genes genes;
  genes.names = kept(std::move(list.ids), features);
  if (!list.symbols.empty()) genes.columns.push_back({"gene_symbols", kept(std::move(list.symbols), features)});
  if (!list.types.empty()) genes.columns.push_back({"feature_types", kept(std::move(list.types), features)});
  return genes;
}

}  // namespace

MtxLists read_mtx_lists(const MtxFiles& files, const MtxHeader& header, Orientation told, const Job& job) {
  MtxLists lists;
  lists.cells = read_cell_list(files.cells, job);
  FeatureList features = read_feature_list(files.genes, job);
  const auto n_genes = static_cast<std::int64_t>(features.ids.size());
  const auto n_cells = static_cast<std::int64_t>(lists.cells.size());
  lists.cells_in_rows = are_cells_in_rows(files, header, n_genes, n_cells, told);
  if (features.types.empty()) {
    lists.features.n_kept = n_genes;
  } else {
    lists.features = keep_genes(features.types, files.genes, *job.report);
  }
  lists.genes = genes_of(std::move(features), lists.features);
  return lists;
}

}  // namespace gemflow
