// SPDX-License-Identifier: Apache-2.0
#include "gemflow/core/slice.hpp"

#include <cassert>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>

namespace gemflow {
namespace {

CountChunk slice(const CountChunk& counts, std::int64_t begin, std::int64_t end) {
  CountChunk part;
  part.clear(counts.first_cell() + begin);
  part.stored_type(counts.stored_type());
  for (std::int64_t cell = begin; cell < end; ++cell) part.append(counts.cell(cell).genes, counts.cell(cell).values);
  return part;
}

template <typename T>
std::vector<T> slice(const std::vector<T>& values, std::int64_t begin, std::int64_t end) {
  return {values.begin() + begin, values.begin() + end};
}

Labels slice(const Labels& labels, std::int64_t begin, std::int64_t end) {
  return {slice(labels.codes, begin, end), labels.categories};
}

void append(CountChunk& counts, const CountChunk& more) {
  for (std::int64_t cell = 0; cell < more.n_cells(); ++cell) counts.append(more.cell(cell).genes, more.cell(cell).values);
}

template <typename T>
void append(std::vector<T>& values, const std::vector<T>& more) {
  values.insert(values.end(), more.begin(), more.end());
}

/// Puts the categories of `more` that are new behind those of `labels`; says where each of them stands then.
std::vector<std::int32_t> join_categories(Labels& labels, const std::vector<std::string>& more) {
  std::vector<std::string> names = *labels.categories;
  std::unordered_map<std::string, std::int32_t> positions;
  for (std::size_t i = 0; i < names.size(); ++i) positions.emplace(names[i], static_cast<std::int32_t>(i));
  std::vector<std::int32_t> joined;
  for (const std::string& name : more) {
    const auto [at, is_new] = positions.try_emplace(name, static_cast<std::int32_t>(names.size()));
    if (is_new) names.push_back(name);
    joined.push_back(at->second);
  }
  labels.categories = std::make_shared<const std::vector<std::string>>(std::move(names));
  return joined;
}

void append(Labels& labels, const Labels& more) {
  if (labels.categories == more.categories) return append(labels.codes, more.codes);
  const std::vector<std::int32_t> joined = join_categories(labels, *more.categories);
  for (const std::int32_t code : more.codes) {
    labels.codes.push_back(code < 0 ? -1 : joined[static_cast<std::size_t>(code)]);
  }
}

}  // namespace

Chunk slice(const Chunk& chunk, std::int64_t begin, std::int64_t end) {
  Chunk part;
  part.counts = slice(chunk.counts, begin, end);
  if (!chunk.cell_names.empty()) part.cell_names = slice(chunk.cell_names, begin, end);
  for (const Column& column : chunk.obs) {
    std::visit([&](const auto& values) { part.obs.push_back({column.name, slice(values, begin, end)}); }, column.values);
  }
  for (const Matrix& matrix : chunk.obsm) {
    const auto width = static_cast<std::int64_t>(matrix.columns.size());
    part.obsm.push_back({matrix.name, matrix.kind, matrix.columns, slice(matrix.values, begin * width, end * width)});
  }
  for (const Layer& layer : chunk.layers) part.layers.push_back({layer.name, slice(layer.counts, begin, end)});
  return part;
}

void append(Chunk& chunk, const Chunk& more) {
  if (chunk.n_cells() == 0) {
    chunk = more;
    return;
  }
  assert(chunk.obs.size() == more.obs.size() && chunk.obsm.size() == more.obsm.size());
  append(chunk.counts, more.counts);
  append(chunk.cell_names, more.cell_names);
  for (std::size_t i = 0; i < chunk.obs.size(); ++i) {
    std::visit(
        [&](auto& values) { append(values, std::get<std::decay_t<decltype(values)>>(more.obs[i].values)); },
        chunk.obs[i].values);
  }
  for (std::size_t i = 0; i < chunk.obsm.size(); ++i) append(chunk.obsm[i].values, more.obsm[i].values);
  for (std::size_t i = 0; i < chunk.layers.size(); ++i) append(chunk.layers[i].counts, more.layers[i].counts);
}

}  // namespace gemflow
