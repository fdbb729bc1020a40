// SPDX-License-Identifier: Apache-2.0
#include "synthesize_api/hosted/whole_answer.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "gemflow/core/error.hpp"

namespace gemflow::synthesize_api {
namespace {

template <typename Named>
std::vector<std::string> names_of(const std::vector<Named>& all) {
  std::vector<std::string> names;
  for (const Named& one : all) names.push_back(one.name);
  return names;
}

/// Puts what is named into the wanted order; false where the names are others.
template <typename Named>
bool put_in_order(std::vector<Named>& all, const std::vector<std::string>& wanted) {
  if (all.size() != wanted.size()) return false;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const auto at = std::find_if(all.begin() + static_cast<std::ptrdiff_t>(i), all.end(),
                                 [&](const Named& one) { return one.name == wanted[i]; });
    if (at == all.end()) return false;
    std::iter_swap(all.begin() + static_cast<std::ptrdiff_t>(i), at);
  }
  return true;
}

Error differs(std::string_view in_what) {
  return {ErrorKind::model, fmt::format("the model's answers differ in their {}: they cannot be put into one file", in_what),
          "has the model changed under way? --journal with a new folder begins anew"};
}

template <typename Value>
std::vector<Value> spread_values(const std::vector<Value>& values, std::span<const std::int64_t> rows, std::int64_t n_rows,
                                 Value blank) {
  std::vector<Value> wide(static_cast<std::size_t>(n_rows), blank);
  for (std::size_t i = 0; i < rows.size(); ++i) wide[static_cast<std::size_t>(rows[i])] = values[i];
  return wide;
}

struct Spread {
  std::span<const std::int64_t> rows;
  std::int64_t n_rows;

  void operator()(Labels& labels) const { labels.codes = spread_values(labels.codes, rows, n_rows, -1); }
  void operator()(Text& text) const { text = spread_values(text, rows, n_rows, std::string()); }
  void operator()(std::vector<bool>& flags) const { flags = spread_values(flags, rows, n_rows, false); }
  void operator()(std::vector<std::int64_t>& numbers) const { numbers = spread_values(numbers, rows, n_rows, std::int64_t{0}); }
  template <typename Real>
  void operator()(std::vector<Real>& numbers) const {
    numbers = spread_values(numbers, rows, n_rows, std::numeric_limits<Real>::quiet_NaN());
  }
  void operator()(Matrix& matrix) const {
    const std::size_t width = matrix.columns.size();
    std::vector<float> wide(static_cast<std::size_t>(n_rows) * width, std::numeric_limits<float>::quiet_NaN());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      std::copy_n(matrix.values.begin() + static_cast<std::ptrdiff_t>(i * width), width,
                  wide.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(rows[i]) * width));
    }
    matrix.values = std::move(wide);
  }
  void operator()(CountChunk& counts) const {
    CountChunk wide;
    wide.stored_type(counts.stored_type());
    std::int64_t next = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      wide.append_empty(rows[i] - next);
      const CellCounts cell = counts.cell(static_cast<std::int64_t>(i));
      wide.append(cell.genes, cell.values);
      next = rows[i] + 1;
    }
    wide.append_empty(n_rows - next);
    counts = std::move(wide);
  }
};

}  // namespace

void AnswerShape::fit(Chunk& answer) {
  const std::scoped_lock lock(mutex_);
  if (!is_known_) {
    obs_ = names_of(answer.obs);
    layers_ = names_of(answer.layers);
    for (const Matrix& matrix : answer.obsm) obsm_.emplace_back(matrix.name, matrix.columns);
    is_known_ = true;
    return;
  }
  if (!put_in_order(answer.obs, obs_)) throw differs("predicted fields");
  if (!put_in_order(answer.layers, layers_)) throw differs("layers");
  std::vector<std::string> names;
  for (const auto& [name, columns] : obsm_) names.push_back(name);
  if (!put_in_order(answer.obsm, names)) throw differs("latents or class probabilities");
  for (std::size_t i = 0; i < obsm_.size(); ++i) fit(answer.obsm[i], obsm_[i]);
}

void AnswerShape::fit(Matrix& matrix, const std::pair<std::string, Names>& wanted) const {
  const Names& columns = wanted.second;
  if (matrix.columns == columns) return;
  std::vector<std::size_t> from;
  for (const std::string& column : columns) {
    const auto at = std::find(matrix.columns.begin(), matrix.columns.end(), column);
    if (at == matrix.columns.end() || matrix.columns.size() != columns.size()) {
      throw differs(fmt::format("'{}' ({} and {} columns)", printable(wanted.first), columns.size(), matrix.columns.size()));
    }
    from.push_back(static_cast<std::size_t>(at - matrix.columns.begin()));
  }
  const std::vector<float> values = matrix.values;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t column = i % columns.size();
    matrix.values[i] = values[i - column + from[column]];
  }
  matrix.columns = columns;
}

Chunk spread(Chunk answer, std::span<const std::int64_t> rows, std::int64_t n_rows) {
  if (static_cast<std::int64_t>(rows.size()) == n_rows) return answer;
  const Spread over{rows, n_rows};
  over(answer.counts);
  for (Column& column : answer.obs) std::visit(over, column.values);
  for (Matrix& matrix : answer.obsm) over(matrix);
  for (Layer& layer : answer.layers) over(layer.counts);
  return answer;
}

}  // namespace gemflow::synthesize_api
