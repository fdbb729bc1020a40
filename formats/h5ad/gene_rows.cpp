// SPDX-License-Identifier: Apache-2.0
#include "h5ad/gene_rows.hpp"

#include <algorithm>
#include <limits>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <variant>

namespace gemflow::h5ad {
namespace {

template <typename Value>
Value missing() {
  if constexpr (std::is_floating_point_v<Value>) {
    return std::numeric_limits<Value>::quiet_NaN();
  } else {
    return Value{};
  }
}

template <typename Values>
Values pick_values(const Values& values, const Positions& positions) {
  Values picked;
  picked.reserve(positions.size());
  for (const std::int64_t at : positions) {
    if (at < 0) {
      picked.push_back(missing<typename Values::value_type>());
    } else {
      picked.push_back(values[static_cast<std::size_t>(at)]);
    }
  }
  return picked;
}

Labels pick_values(const Labels& labels, const Positions& positions) {
  Labels picked{{}, labels.categories};
  for (const std::int64_t at : positions)
    picked.codes.push_back(at < 0 ? -1 : labels.codes[static_cast<std::size_t>(at)]);
  return picked;
}

}  // namespace

Positions find_names(std::span<const std::string> wanted, std::span<const std::string> given) {
  Positions positions;
  positions.reserve(wanted.size());
  if (std::equal(wanted.begin(), wanted.end(), given.begin(), given.end())) {
    for (std::size_t i = 0; i < wanted.size(); ++i) positions.push_back(static_cast<std::int64_t>(i));
    return positions;
  }
  std::unordered_map<std::string_view, std::int64_t> places;
  for (std::size_t i = 0; i < given.size(); ++i) places.emplace(given[i], static_cast<std::int64_t>(i));
  for (const std::string& name : wanted) {
    const auto place = places.find(name);
    positions.push_back(place == places.end() ? -1 : place->second);
  }
  return positions;
}

bool is_identity(const Positions& positions, std::size_t n) {
  if (positions.size() != n) return false;
  for (std::size_t i = 0; i < n; ++i) {
    if (positions[i] != static_cast<std::int64_t>(i)) return false;
  }
  return true;
}

Column pick(const Column& column, const Positions& positions) {
  return {column.name,
          std::visit([&](const auto& values) -> decltype(Column::values) { return pick_values(values, positions); },
                     column.values)};
}

std::int64_t renumber(const CountChunk& counts, const Positions& to, CountChunk& out) {
  out.clear_like(counts);
  std::int64_t n_left_out = 0;
  std::vector<std::pair<std::int32_t, double>> row;
  std::vector<std::int32_t> genes;
  std::vector<double> values;
  for (std::int64_t cell = 0; cell < counts.n_cells(); ++cell) {
    const CellCounts from = counts.cell(cell);
    row.clear();
    for (std::size_t i = 0; i < from.genes.size(); ++i) {
      const std::int64_t gene = to[static_cast<std::size_t>(from.genes[i])];
      if (gene >= 0) row.emplace_back(static_cast<std::int32_t>(gene), from.values[i]);
    }
    n_left_out += static_cast<std::int64_t>(from.genes.size() - row.size());
    std::sort(row.begin(), row.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    genes.clear();
    values.clear();
    for (const auto& [gene, value] : row) {
      genes.push_back(gene);
      values.push_back(value);
    }
    out.append(genes, values);
  }
  return n_left_out;
}

}  // namespace gemflow::h5ad
