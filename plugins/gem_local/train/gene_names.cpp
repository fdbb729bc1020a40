// SPDX-License-Identifier: Apache-2.0
#include "gem_local/train/gene_names.hpp"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

#include "gemflow/core/error.hpp"

namespace gemflow::gem_local {
namespace {

bool is_ensembl_gene(std::string_view name) {
  const std::size_t digits = name.find_first_of("0123456789");
  return name.starts_with("ENS") && digits != name.npos && digits >= 4 && name[digits - 1] == 'G';
}

/// Without the version that follows a dot.
std::string stable_id(std::string_view id) { return std::string(id.substr(0, id.find('.'))); }

Text texts_of(const Column& column) {
  Text texts;
  for (std::size_t row = 0; row < column.n_rows(); ++row) texts.push_back(column.text_at(row));
  return texts;
}

/// Are most of those that are there Ensembl gene ids?
bool are_ids(const Text& texts) {
  const auto there = std::count_if(texts.begin(), texts.end(), [](const std::string& t) { return !t.empty(); });
  return there > 0 && 2 * std::count_if(texts.begin(), texts.end(), is_ensembl_gene) > there;
}

const Column* symbols_in(const Genes& genes) {
  constexpr std::array<std::string_view, 6> usual{"feature_name", "gene_symbols", "gene_symbol",
                                                  "gene_name",    "symbol",       "gene_names"};
  for (const std::string_view name : usual) {
    if (const Column* column = genes.find_column(name)) return column;
  }
  return nullptr;
}

void check_names(const std::vector<std::string>& names) {
  if (names.empty()) throw Error(ErrorKind::input, "training: there is not a single gene");
  std::set<std::string_view> seen;
  for (const std::string& name : names) {
    if (seen.insert(name).second) continue;
    throw Error(ErrorKind::input, fmt::format("training: gene '{}' is there more than once", printable(name)),
                "gemflow convert --duplicates sum makes one of them");
  }
}

}  // namespace

Genes gene_order_of(std::span<Reader* const> in) {
  const Genes& first = in.front()->genes();
  check_names(first.names);
  for (Reader* reader : in) {
    if (reader->genes().names == first.names) continue;
    throw Error(
        ErrorKind::input,
        fmt::format("training: the inputs differ in their genes ({} and {})", first.size(), reader->genes().size()),
        "gemflow convert --gene-order gives them one order");
  }
  Genes genes{first.names, {}, {}};
  Text ids;
  if (are_ids(first.names)) {
    ids = first.names;
  } else {
    for (const Column& column : first.columns) {
      Text texts = texts_of(column);
      if (ids.empty() && are_ids(texts)) ids = std::move(texts);
    }
  }
  if (!ids.empty()) {
    std::transform(ids.begin(), ids.end(), ids.begin(), stable_id);
    genes.columns.push_back({"gene_id", std::move(ids)});
  }
  if (const Column* symbols = symbols_in(first)) {
    genes.columns.push_back({"symbol", texts_of(*symbols)});
  } else if (!are_ids(first.names)) {
    genes.columns.push_back({"symbol", first.names});
  }
  return genes;
}

}  // namespace gemflow::gem_local
