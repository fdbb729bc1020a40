// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gemflow/core/chunk.hpp"
#include "synthesize_api/wire/name_table.hpp"

namespace gemflow::synthesize_api {

/// The key without "_ontology_id": what columns are named after.
[[nodiscard]] std::string_view field_name(std::string_view key) noexcept;

/// "CL:0000236", "CVCL_0023": what ontologies call things.
[[nodiscard]] bool is_ontology_id(std::string_view text) noexcept;

/// One metadata field that a model predicts, row by row: a label, probabilities of classes, or both. Classes are numbered
/// as they first come; a row that does not name one gives it 0.
class PredictedField {
 public:
  explicit PredictedField(std::string key) : key_(std::move(key)) {}

  [[nodiscard]] const std::string& key() const noexcept { return key_; }
  void label(std::size_t row, std::string_view label);
  void begin_probabilities(std::size_t row);
  /// REQUIRES: begin_probabilities of the row.
  void probability(std::string_view class_name, float probability);

  /// Puts `<field>`, `<field>_ontology_id` and `<field>_confidence` beside the rows, and the probabilities if wanted.
  void add_to(Chunk& answer, std::size_t n_rows, bool wants_probabilities);

 private:
  /// Classes by row. Without a label the most probable class, the first of equals; labels that are no class come behind.
  [[nodiscard]] Labels labels(std::size_t n_rows) const;
  [[nodiscard]] std::vector<float> confidence(const Labels& labels) const;
  [[nodiscard]] bool is_numeric() const;
  [[nodiscard]] bool has_ids(const Labels& labels) const;
  [[nodiscard]] std::int32_t best_class(std::size_t row) const noexcept;
  [[nodiscard]] bool has_probabilities(std::size_t row) const noexcept { return row < has_row_.size() && has_row_[row]; }
  void widen(std::size_t n_classes);

  std::string key_;
  NameTable classes_;
  std::vector<std::string> labels_;  ///< by row; empty where none was given
  std::vector<bool> has_row_;        ///< whether the row has probabilities
  std::vector<float> values_;        ///< rows of `stride_`, of which the classes are the front
  std::size_t stride_ = 0;
};

/// All fields of a reply, in the order in which they first came.
class PredictedFields {
 public:
  static constexpr std::size_t most = 1000;

  /// Null: there would be more than `most`.
  [[nodiscard]] PredictedField* find(std::string_view key);
  void add_to(Chunk& answer, std::size_t n_rows, bool wants_probabilities);

 private:
  std::vector<PredictedField> fields_;
  std::size_t last_ = 0;
};

}  // namespace gemflow::synthesize_api
