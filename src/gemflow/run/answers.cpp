// SPDX-License-Identifier: Apache-2.0
#include "gemflow/run/answers.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "gemflow/core/model.hpp"

namespace gemflow {
namespace {

constexpr std::int64_t most_latent_columns = 256;

/// A row that has no answer: no label, not a number, false.
struct Blank {
  std::size_t row;
  void operator()(Labels& labels) const { labels.codes[row] = -1; }
  void operator()(Text& text) const { text[row].clear(); }
  void operator()(std::vector<std::int64_t>& numbers) const { numbers[row] = 0; }
  void operator()(std::vector<bool>& flags) const { flags[row] = false; }
  template <typename Real>
  void operator()(std::vector<Real>& numbers) const {
    numbers[row] = std::numeric_limits<Real>::quiet_NaN();
  }
};

std::vector<bool> cells_without_counts(const CountChunk& counts) {
  std::vector<bool> empty(static_cast<std::size_t>(counts.n_cells()));
  for (std::size_t cell = 0; cell < empty.size(); ++cell) {
    empty[cell] = counts.total(static_cast<std::int64_t>(cell)) <= 0;
  }
  return empty;
}

Column status_of(const std::vector<bool>& empty) {
  static const auto names = std::make_shared<const std::vector<std::string>>(std::vector<std::string>{"empty", "ok"});
  Labels status{{}, names};
  for (const bool is_empty : empty) status.codes.push_back(is_empty ? 0 : 1);
  return {"status", std::move(status)};
}

const std::vector<bool>* outliers_of(const Chunk& answer) {
  const Column* column = answer.find_obs("outlier");
  return column == nullptr ? nullptr : std::get_if<std::vector<bool>>(&column->values);
}

void latents_as_columns(Chunk& answer) {
  for (const Matrix& matrix : answer.obsm) {
    if (matrix.kind != MatrixKind::latents) continue;
    const std::size_t width = matrix.columns.size();
    const std::size_t shown = std::min<std::size_t>(width, most_latent_columns);
    for (std::size_t column = 0; column < shown; ++column) {
      std::vector<float> values;
      for (std::size_t i = column; i < matrix.values.size(); i += width) values.push_back(matrix.values[i]);
      answer.obs.push_back({matrix.name + "_" + std::to_string(column), std::move(values)});
    }
  }
}

}  // namespace

std::string slot_name(const Matrix& matrix, const std::string& prefix) {
  switch (matrix.kind) {
    case MatrixKind::latents: return "X_" + prefix + "_" + matrix.name;
    case MatrixKind::probabilities: return prefix + "_probs_" + matrix.name;
    case MatrixKind::other: break;
  }
  return prefix + "_" + matrix.name;
}

void blank_row(Chunk& answer, std::size_t row) {
  for (Column& column : answer.obs) std::visit(Blank{row}, column.values);
  for (Matrix& matrix : answer.obsm) {
    const auto width = static_cast<std::ptrdiff_t>(matrix.columns.size());
    const auto begin = matrix.values.begin() + static_cast<std::ptrdiff_t>(row) * width;
    std::fill(begin, begin + width, std::numeric_limits<float>::quiet_NaN());
  }
}

AnswerTable::AnswerTable(const ModelCard& card, Options options) : options_(std::move(options)) {
  for (const Field& field : card.fields) {
    auto& names = names_[std::string(field.name())];
    for (std::size_t i = 0; i < field.names.size(); ++i) names.emplace(field.values[i], field.names[i]);
  }
}

void AnswerTable::learn_fields(const Chunk& answer) {
  constexpr std::string_view ending = "_confidence";
  for (const Column& column : answer.obs) {
    const std::string_view name = column.name;
    if (name.ends_with(ending)) fields_.emplace_back(name.substr(0, name.size() - ending.size()));
  }
}

void AnswerTable::complete(Chunk& answer, const CountChunk& asked) {
  if (n_cells_ == 0) learn_fields(answer);
  const std::vector<bool> empty = cells_without_counts(asked);
  for (std::size_t cell = 0; cell < empty.size(); ++cell) {
    if (empty[cell]) blank_row(answer, cell);
  }
  unassign(answer, empty);
  count(answer, empty);
  if (options_.latents_in_obs) latents_as_columns(answer);
  answer.obs.push_back(status_of(empty));
  rename(answer);
}

AnswerTable::Names AnswerTable::with_unassigned(const Names& categories) {
  auto& [original, extended] = extended_[categories.get()];
  if (!extended) {
    original = categories;
    std::vector<std::string> names = *categories;
    names.emplace_back(unassigned);
    extended = std::make_shared<const std::vector<std::string>>(std::move(names));
  }
  return extended;
}

void AnswerTable::unassign(Chunk& answer, const std::vector<bool>& empty) {
  const std::vector<bool>* outliers = outliers_of(answer);
  for (const std::string& field : fields_) {
    const Column* confidence = answer.find_obs(field + "_confidence");
    const auto* sure = confidence == nullptr ? nullptr : std::get_if<std::vector<float>>(&confidence->values);
    for (const std::string& name : {field, field + "_ontology_id"}) {
      Column* column = answer.find_obs(name);
      auto* labels = column == nullptr ? nullptr : std::get_if<Labels>(&column->values);
      if (labels == nullptr) continue;
      labels->categories = with_unassigned(labels->categories);
      const auto no_name = static_cast<std::int32_t>(labels->categories->size() - 1);
      for (std::size_t cell = 0; cell < labels->codes.size(); ++cell) {
        const bool unsure = sure != nullptr && static_cast<double>((*sure)[cell]) < options_.min_confidence;
        const bool outlies = outliers != nullptr && (*outliers)[cell];
        if (!empty[cell] && (unsure || outlies)) labels->codes[cell] = no_name;
      }
    }
  }
}

void AnswerTable::count(const Chunk& answer, const std::vector<bool>& empty) {
  n_cells_ += static_cast<std::int64_t>(empty.size());
  n_empty_ += std::count(empty.begin(), empty.end(), true);
  if (const std::vector<bool>* outliers = outliers_of(answer)) {
    knows_outliers_ = true;
    n_outliers_ += std::count(outliers->begin(), outliers->end(), true);
  }
  for (const std::string& field : fields_) {
    const Column* column = answer.find_obs(field);
    const auto* labels = column == nullptr ? nullptr : std::get_if<Labels>(&column->values);
    if (labels == nullptr) continue;
    for (std::size_t cell = 0; cell < labels->codes.size(); ++cell) {
      if (labels->codes[cell] >= 0) ++label_counts_[field][std::string(labels->at(cell))];
    }
  }
}

void AnswerTable::rename(Chunk& answer) {
  for (Column& column : answer.obs) column.name = options_.prefix + "_" + column.name;
  std::erase_if(answer.obsm, [](const Matrix& matrix) { return matrix.columns.empty(); });
  for (Matrix& matrix : answer.obsm) {
    if (matrix.kind == MatrixKind::probabilities) classes_.try_emplace(matrix.name, matrix.columns);
    matrix.name = slot_name(matrix, options_.prefix);
  }
  for (Layer& layer : answer.layers) layer.name = options_.prefix + "_" + layer.name;
}

std::map<std::string, std::vector<std::string>> AnswerTable::class_names() const {
  std::map<std::string, std::vector<std::string>> all;
  for (const auto& [field, classes] : classes_) {
    const auto known = names_.find(field);
    if (known == names_.end()) continue;
    std::vector<std::string> names;
    for (const std::string& one : classes) {
      const auto name = known->second.find(one);
      names.push_back(name == known->second.end() ? one : name->second);
    }
    if (names != classes) all.emplace(field, std::move(names));
  }
  return all;
}

std::vector<std::pair<std::string, std::vector<LabelCount>>> AnswerTable::labels() const {
  std::vector<std::pair<std::string, std::vector<LabelCount>>> all;
  for (const std::string& field : fields_) {
    const auto counts = label_counts_.find(field);
    if (counts == label_counts_.end()) continue;
    std::vector<LabelCount> sorted(counts->second.begin(), counts->second.end());
    std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
    all.emplace_back(field, std::move(sorted));
  }
  return all;
}

}  // namespace gemflow
