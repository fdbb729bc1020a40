// SPDX-License-Identifier: Apache-2.0
#include "gemflow/core/chunk.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "gemflow/core/error.hpp"
#include "gemflow/core/genes.hpp"

namespace gemflow {
namespace {

template <typename Number>
std::string shortest(Number value) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

struct ToText {
  std::size_t row;
  std::string operator()(const Labels& labels) const { return std::string(labels.at(row)); }
  std::string operator()(const Text& text) const { return text[row]; }
  std::string operator()(const std::vector<bool>& flags) const { return flags[row] ? "True" : "False"; }
  std::string operator()(const std::vector<std::int64_t>& numbers) const { return shortest(numbers[row]); }
  template <typename Real>
  std::string operator()(const std::vector<Real>& numbers) const {
    return std::isnan(numbers[row]) ? std::string() : shortest(numbers[row]);
  }
};

/// One word for each type of `Column::values`.
constexpr std::array<std::string_view, 6> kinds_of_columns{"labels", "texts", "float32", "float64", "whole numbers", "truth values"};
static_assert(kinds_of_columns.size() == std::variant_size_v<decltype(Column::values)>);

std::string kinds_of(const std::vector<Column>& obs, const Chunk& chunk) {
  const auto whole = [](const std::string& name) { return printable(name, name.size()); };
  std::vector<std::string> kinds;
  for (const Column& column : obs) kinds.push_back(fmt::format("obs '{}' ({})", whole(column.name), kinds_of_columns[column.values.index()]));
  for (const Matrix& matrix : chunk.obsm) kinds.push_back(fmt::format("obsm '{}' ({} columns)", whole(matrix.name), matrix.columns.size()));
  for (const Layer& layer : chunk.layers) kinds.push_back(fmt::format("layer '{}'", whole(layer.name)));
  return kinds.empty() ? "nothing" : fmt::format("{}", fmt::join(kinds, ", "));
}

struct CountRows {
  std::size_t operator()(const Labels& labels) const { return labels.codes.size(); }
  template <typename Values>
  std::size_t operator()(const Values& values) const {
    return values.size();
  }
};

template <typename Columns>
auto* find(Columns& columns, std::string_view name) noexcept {
  const auto at = std::find_if(columns.begin(), columns.end(), [&](const Column& c) { return c.name == name; });
  return at == columns.end() ? nullptr : &*at;
}

template <typename T>
void move_behind(std::vector<T>& own, std::vector<T>& more) {
  own.insert(own.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

}  // namespace

std::string_view Labels::at(std::size_t row) const {
  const std::int32_t code = codes[row];
  return code < 0 ? std::string_view() : std::string_view((*categories)[static_cast<std::size_t>(code)]);
}

std::size_t Column::n_rows() const { return std::visit(CountRows{}, values); }

std::string Column::text_at(std::size_t row) const { return std::visit(ToText{row}, values); }

const Column* Chunk::find_obs(std::string_view name) const noexcept { return find(obs, name); }

Column* Chunk::find_obs(std::string_view name) noexcept { return find(obs, name); }

void Chunk::clear(std::int64_t first_cell) {
  counts.clear(first_cell);
  cell_names.clear();
  obs.clear();
  obsm.clear();
  layers.clear();
}

bool same_values(const Column& a, const Column& b) {
  if (a.n_rows() != b.n_rows()) return false;
  const auto* texts = std::get_if<Text>(&a.values);
  const auto* others = std::get_if<Text>(&b.values);
  if (texts != nullptr && others != nullptr) return *texts == *others;
  for (std::size_t row = 0; row < a.n_rows(); ++row) {
    if (a.text_at(row) != b.text_at(row)) return false;
  }
  return true;
}

void Chunk::add(Chunk&& beside) {
  move_behind(obs, beside.obs);
  move_behind(obsm, beside.obsm);
  move_behind(layers, beside.layers);
}

const Column* Genes::find_column(std::string_view name) const noexcept { return find(columns, name); }

std::string kinds_of(const Chunk& chunk) { return kinds_of(chunk.obs, chunk); }

std::string kinds_beside_obs(const Chunk& chunk) { return kinds_of({}, chunk); }

}  // namespace gemflow
