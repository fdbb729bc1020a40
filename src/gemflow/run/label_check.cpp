// SPDX-License-Identifier: Apache-2.0
#include "gemflow/run/label_check.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <memory>
#include <set>

#include <fmt/format.h>

#include "gemflow/core/error.hpp"
#include "gemflow/core/nearest.hpp"

namespace gemflow {
namespace {

/// In the order of LabelCheck::Verdict.
std::shared_ptr<const std::vector<std::string>> verdicts() {
  static const auto names = std::make_shared<const std::vector<std::string>>(
      std::vector<std::string>{"match", "mismatch", "not_comparable", "uncertain"});
  return names;
}

const Labels* labels_in(const Column* column) noexcept {
  return column == nullptr ? nullptr : std::get_if<Labels>(&column->values);
}

template <typename Real>
const std::vector<Real>* numbers_in(const Column* column) noexcept {
  return column == nullptr ? nullptr : std::get_if<std::vector<Real>>(&column->values);
}

}  // namespace

const Field& predicted_field(const ModelCard& card, const std::string& key) {
  const Field* field = card.find_field(key);
  if (field != nullptr && field->predicted) return *field;
  std::vector<std::string> known;
  for (const Field& one : card.fields) {
    if (one.predicted) known.emplace_back(one.name());
  }
  throw Error(ErrorKind::usage, fmt::format("model '{}' does not predict '{}'", card.id, printable(key)),
              did_you_mean(key, known));
}

struct LabelCheck::Answered {
  const Column* label = nullptr;
  const Labels* labels = nullptr;
  const Labels* ids = nullptr;
  const std::vector<float>* confidence = nullptr;
  const Matrix* probabilities = nullptr;
  std::set<int> classes;              ///< what the model's classes mean
  std::vector<int> class_of_column;   ///< of `probabilities`
};

LabelCheck::LabelCheck(LabelCheckOptions options, const ModelCard& card, std::string prefix)
    : options_(std::move(options)), prefix_(std::move(prefix)) {
  const Field& field = predicted_field(card, options_.field);
  options_.field = field.name();
  result_.column = options_.column;
  result_.field = options_.field;
  for (std::size_t i = 0; i < field.names.size(); ++i) spellings_.unite(field.values[i], field.names[i]);
  for (const auto& [label, name] : options_.names) spellings_.unite(label, name);
}

LabelCheck::Answered LabelCheck::answered(const Chunk& answer) {
  const std::string name = prefix_ + "_" + options_.field;
  Answered found;
  found.label = answer.find_obs(name);
  found.labels = labels_in(found.label);
  found.ids = labels_in(answer.find_obs(name + "_ontology_id"));
  found.confidence = numbers_in<float>(answer.find_obs(name + "_confidence"));
  for (const Labels* labels : {found.labels, found.ids}) {
    if (labels == nullptr) continue;
    for (const std::string& label : *labels->categories) {
      if (label != unassigned) found.classes.insert(spellings_.meaning(label));
    }
  }
  for (const Matrix& matrix : answer.obsm) {
    if (matrix.name != prefix_ + "_probs_" + options_.field) continue;
    found.probabilities = &matrix;
    for (const std::string& column : matrix.columns) found.class_of_column.push_back(spellings_.meaning(column));
    found.classes.insert(found.class_of_column.begin(), found.class_of_column.end());
  }
  return found;
}

LabelCheck::Verdict LabelCheck::judge(const Answered& answer, std::size_t cell, const std::string& given) {
  if (answer.label == nullptr || answer.label->text_at(cell).empty() || given.empty()) return Verdict::not_comparable;
  if (answer.labels == nullptr) {
    // A number, such as an age: models are taught whole ones.
    double number = 0;
    const auto [end, error] = std::from_chars(given.data(), given.data() + given.size(), number);
    if (error != std::errc() || end != given.data() + given.size()) return Verdict::not_comparable;
    const double predicted = std::strtod(answer.label->text_at(cell).c_str(), nullptr);
    return std::round(number) == std::round(predicted) ? Verdict::match : Verdict::mismatch;
  }
  const int meant = spellings_.meaning(given);
  if (!answer.classes.contains(meant)) return Verdict::not_comparable;
  if (answer.labels->at(cell) == unassigned) return Verdict::uncertain;
  const bool is_id = answer.ids != nullptr && meant == spellings_.meaning(answer.ids->at(cell));
  return is_id || meant == spellings_.meaning(answer.labels->at(cell)) ? Verdict::match : Verdict::mismatch;
}

std::optional<float> LabelCheck::probability(const Answered& answer, std::size_t cell, const std::string& given) {
  const int meant = spellings_.meaning(given);
  const std::size_t width = answer.class_of_column.size();
  std::optional<float> sum;
  for (std::size_t column = 0; column < width; ++column) {
    if (answer.class_of_column[column] != meant) continue;
    sum = sum.value_or(0) + answer.probabilities->values[cell * width + column];
  }
  return sum;
}

void LabelCheck::count(Verdict verdict) noexcept {
  switch (verdict) {
    case Verdict::match: ++result_.n_match; break;
    case Verdict::mismatch: ++result_.n_mismatch; break;
    case Verdict::not_comparable: ++result_.n_not_comparable; break;
    case Verdict::uncertain: ++result_.n_uncertain; break;
  }
}

void LabelCheck::compare(Chunk& answer, const Column& given, const std::vector<std::string>& names,
                         const std::function<void(const Mismatch&)>& each) {
  const Answered found = answered(answer);
  Labels checked{{}, verdicts()};
  for (std::size_t cell = 0; cell < given.n_rows(); ++cell) {
    const std::string label = given.text_at(cell);
    const Verdict verdict = judge(found, cell, label);
    checked.codes.push_back(static_cast<std::int32_t>(verdict));
    count(verdict);
    if (verdict != Verdict::mismatch || !each) continue;
    Mismatch mismatch{names[cell], options_.field, label, found.label->text_at(cell), {}, probability(found, cell, label)};
    if (found.confidence != nullptr) mismatch.confidence = (*found.confidence)[cell];
    each(mismatch);
  }
  answer.obs.push_back({prefix_ + "_" + options_.field + "_check", std::move(checked)});
}

}  // namespace gemflow
