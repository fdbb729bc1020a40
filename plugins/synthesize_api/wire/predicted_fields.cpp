// SPDX-License-Identifier: Apache-2.0
#include "synthesize_api/wire/predicted_fields.hpp"

#include <algorithm>
#include <limits>

#include "synthesize_api/wire/json_text.hpp"

namespace gemflow::synthesize_api {
namespace {

constexpr std::string_view id_ending = "_ontology_id";
constexpr float unknown = std::numeric_limits<float>::quiet_NaN();

bool is_number(std::string_view text) noexcept { return !text.empty() && number_length(text) == text.size(); }

bool is_word(std::string_view text) noexcept {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
  });
}

}  // namespace

std::string_view field_name(std::string_view key) noexcept {
  return key.ends_with(id_ending) ? key.substr(0, key.size() - id_ending.size()) : key;
}

bool is_ontology_id(std::string_view text) noexcept {
  if (text.starts_with("CVCL_")) return is_word(text);
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return false;
  const std::string_view prefix = text.substr(0, colon);
  return is_word(prefix) && !is_number(prefix) && is_word(text.substr(colon + 1));
}

void PredictedField::label(std::size_t row, std::string_view label) {
  labels_.resize(std::max(labels_.size(), row + 1));
  labels_[row] = label;
}

void PredictedField::begin_probabilities(std::size_t row) {
  classes_.restart();
  has_row_.resize(row + 1);
  has_row_[row] = true;
  values_.resize((row + 1) * stride_);
}

void PredictedField::probability(std::string_view class_name, float probability) {
  const auto number = static_cast<std::size_t>(classes_.number_of(class_name));
  if (number >= stride_) widen(number + 1);
  values_[values_.size() - stride_ + number] = probability;
}

/// Room for more classes in every row.
void PredictedField::widen(std::size_t n_classes) {
  const std::size_t n_rows = has_row_.size();
  const std::size_t stride = n_rows == 1 ? n_classes : std::max(n_classes, stride_ + stride_ / 2);
  std::vector<float> wider;
  if (n_rows == 1) {
    wider = std::move(values_);
    wider.resize(stride);
  } else {
    wider.resize(n_rows * stride);
    for (std::size_t row = 0; row < n_rows; ++row) std::copy_n(values_.data() + row * stride_, stride_, wider.data() + row * stride);
  }
  values_ = std::move(wider);
  stride_ = stride;
}

std::int32_t PredictedField::best_class(std::size_t row) const noexcept {
  if (!has_probabilities(row) || classes_.names().empty()) return -1;
  const float* first = values_.data() + row * stride_;
  return static_cast<std::int32_t>(std::max_element(first, first + classes_.names().size()) - first);
}

Labels PredictedField::labels(std::size_t n_rows) const {
  auto categories = std::make_shared<std::vector<std::string>>(classes_.names());
  NameTable others;
  Labels labels;
  for (std::size_t row = 0; row < n_rows; ++row) {
    const bool is_given = row < labels_.size() && !labels_[row].empty();
    std::int32_t code = is_given ? classes_.find(labels_[row]) : best_class(row);
    if (is_given && code < 0) code = static_cast<std::int32_t>(classes_.names().size()) + others.number_of(labels_[row]);
    labels.codes.push_back(code);
  }
  categories->insert(categories->end(), others.names().begin(), others.names().end());
  labels.categories = std::move(categories);
  return labels;
}

std::vector<float> PredictedField::confidence(const Labels& labels) const {
  std::vector<float> confidence(labels.codes.size(), unknown);
  for (std::size_t row = 0; row < confidence.size(); ++row) {
    const std::int32_t code = labels.codes[row];
    const bool is_class = code >= 0 && static_cast<std::size_t>(code) < classes_.names().size();
    if (is_class && has_probabilities(row)) confidence[row] = values_[row * stride_ + static_cast<std::size_t>(code)];
  }
  return confidence;
}

bool PredictedField::is_numeric() const {
  const auto& names = classes_.names();
  if (key_ == "age_years") return std::all_of(names.begin(), names.end(), is_number);
  return !names.empty() && std::all_of(names.begin(), names.end(), is_number);
}

bool PredictedField::has_ids(const Labels& labels) const {
  if (key_.ends_with(id_ending)) return true;
  const auto& names = *labels.categories;
  return !names.empty() && std::all_of(names.begin(), names.end(), is_ontology_id);
}

void PredictedField::add_to(Chunk& answer, std::size_t n_rows, bool wants_probabilities) {
  const std::string name(field_name(key_));
  const Labels found = labels(n_rows);
  if (is_numeric()) {
    std::vector<float> numbers;
    for (std::size_t row = 0; row < n_rows; ++row) {
      numbers.push_back(is_number(found.at(row)) ? float_of(found.at(row)) : unknown);
    }
    answer.obs.push_back({name, std::move(numbers)});
  } else {
    answer.obs.push_back({name, found});
    if (has_ids(found)) answer.obs.push_back({name + std::string(id_ending), found});
  }
  if (classes_.names().empty()) return;
  answer.obs.push_back({name + "_confidence", confidence(found)});
  if (!wants_probabilities) return;
  const std::size_t n_classes = classes_.names().size();
  Matrix matrix{name, MatrixKind::probabilities, classes_.names(), {}};
  matrix.values.resize(n_rows * n_classes);
  for (std::size_t row = 0; row < n_rows && row < has_row_.size(); ++row) {
    std::copy_n(values_.data() + row * stride_, n_classes, matrix.values.data() + row * n_classes);
  }
  answer.obsm.push_back(std::move(matrix));
}

PredictedField* PredictedFields::find(std::string_view key) {
  // Mostly it is the one behind the last one.
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    const std::size_t at = (last_ + 1 + i) % fields_.size();
    if (fields_[at].key() == key) {
      last_ = at;
      return &fields_[at];
    }
  }
  if (fields_.size() == most) return nullptr;
  last_ = fields_.size();
  return &fields_.emplace_back(std::string(key));
}

void PredictedFields::add_to(Chunk& answer, std::size_t n_rows, bool wants_probabilities) {
  for (PredictedField& field : fields_) field.add_to(answer, n_rows, wants_probabilities);
}

}  // namespace gemflow::synthesize_api
