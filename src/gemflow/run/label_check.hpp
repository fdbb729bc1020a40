// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gemflow/core/chunk.hpp"
#include "gemflow/core/model.hpp"
#include "gemflow/run/label_spellings.hpp"

namespace gemflow {

/// A cell whose given label is another one than the predicted.
struct Mismatch {
  std::string cell, field, given, predicted;
  std::optional<float> confidence;
  std::optional<float> given_probability;  ///< where the model tells the probability of the given label
};

/// Which given labels are compared with which predicted field.
struct LabelCheckOptions {
  std::string column;  ///< of obs
  std::string field;   ///< the model's key, with or without "_ontology_id"
  /// Labels and their readable names, besides those that the model knows.
  std::vector<std::pair<std::string, std::string>> names;
};

/// How many cells came out how.
struct LabelCheckResult {
  std::string column, field;
  std::int64_t n_match = 0, n_mismatch = 0, n_uncertain = 0, n_not_comparable = 0;
};

/// The field of a metadata key that the model predicts. Errors: usage, with the nearest that it does predict.
[[nodiscard]] const Field& predicted_field(const ModelCard& card, const std::string& key);

/// Compares labels that cells came with, with those that a model predicts.
class LabelCheck {
 public:
  /// Errors: usage (the model does not predict the field).
  LabelCheck(LabelCheckOptions options, const ModelCard& card, std::string prefix);

  [[nodiscard]] const std::string& column() const noexcept { return options_.column; }
  [[nodiscard]] const LabelCheckResult& result() const noexcept { return result_; }

  /// Adds obs `<prefix>_<field>_check` to a completed answer (see AnswerTable): match, mismatch, uncertain (the label is
  /// unassigned), not_comparable (no given label, one that is none of the model's classes, or a cell without counts).
  /// `each` gets what does not match. REQUIRES: `given` and `names` have one row a cell.
  void compare(Chunk& answer, const Column& given, const std::vector<std::string>& names,
               const std::function<void(const Mismatch&)>& each);

 private:
  enum class Verdict : std::int32_t { match, mismatch, not_comparable, uncertain };
  /// What a chunk says of the field.
  struct Answered;

  [[nodiscard]] Answered answered(const Chunk& answer);
  [[nodiscard]] Verdict judge(const Answered& answer, std::size_t cell, const std::string& given);
  [[nodiscard]] std::optional<float> probability(const Answered& answer, std::size_t cell, const std::string& given);
  void count(Verdict verdict) noexcept;

  LabelCheckOptions options_;
  std::string prefix_;
  LabelSpellings spellings_;
  LabelCheckResult result_;
};

}  // namespace gemflow
