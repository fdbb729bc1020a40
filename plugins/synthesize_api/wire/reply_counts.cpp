// SPDX-License-Identifier: Apache-2.0
#include "synthesize_api/wire/reply_counts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "gemflow/core/error.hpp"
#include "gemflow/ops/numbers.hpp"

namespace gemflow::synthesize_api {
namespace {

/// Where each name stands in gene_order.
std::vector<std::int32_t> places_of(const std::vector<std::string>& names, const std::vector<std::string>& gene_order) {
  std::unordered_map<std::string_view, std::int32_t> places;
  for (const std::string& gene : gene_order) places.emplace(gene, static_cast<std::int32_t>(places.size()));
  std::vector<std::int32_t> found;
  for (const std::string& name : names) {
    const auto at = places.find(name);
    if (at == places.end()) {
      throw Error(ErrorKind::model, fmt::format("the reply counts gene '{}', which is none of the {} of its gene_order",
                                                printable(name), with_commas(static_cast<std::int64_t>(gene_order.size()))));
    }
    found.push_back(at->second);
  }
  return found;
}

}  // namespace

std::vector<std::string> ReplyCounts::sorted_names() const {
  std::vector<std::string> sorted = names.names();
  std::sort(sorted.begin(), sorted.end());
  return sorted;
}

CountChunk ReplyCounts::finish(const std::vector<std::string>& gene_order) {
  CountChunk read = rows.finish(has_fractions);
  if (!has_maps) return read;
  const std::vector<std::int32_t> places = places_of(names.names(), gene_order);
  CountChunk counts;
  counts.stored_type(read.stored_type());
  std::vector<std::pair<std::int32_t, double>> row;
  std::vector<std::int32_t> genes;
  std::vector<double> values;
  for (std::int64_t cell = 0; cell < read.n_cells(); ++cell) {
    const CellCounts one = read.cell(cell);
    row.clear();
    genes.clear();
    values.clear();
    for (std::size_t i = 0; i < one.genes.size(); ++i) {
      row.emplace_back(places[static_cast<std::size_t>(one.genes[i])], one.values[i]);
    }
    std::sort(row.begin(), row.end());
    for (const auto& [gene, value] : row) {
      if (!genes.empty() && genes.back() == gene) {
        throw Error(ErrorKind::model, fmt::format("output {} of the reply counts gene '{}' twice", cell,
                                                  printable(gene_order[static_cast<std::size_t>(gene)])));
      }
      genes.push_back(gene);
      values.push_back(value);
    }
    counts.append(genes, values);
  }
  return counts;
}

}  // namespace gemflow::synthesize_api
