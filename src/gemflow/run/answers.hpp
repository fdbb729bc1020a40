// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gemflow/core/chunk.hpp"
#include "gemflow/core/model.hpp"

namespace gemflow {

/// A label and the number of cells that got it.
using LabelCount = std::pair<std::string, std::int64_t>;

/// "X_<prefix>_biological", "<prefix>_probs_sex": what a matrix of an answer is called in a file.
[[nodiscard]] std::string slot_name(const Matrix& matrix, const std::string& prefix);

/// Sets a row to what stands where there is no answer: no label, not a number, false.
void blank_row(Chunk& answer, std::size_t row);

/// Turns a model's answers to predict_metadata into what is written beside the cells, and counts what it sees.
class AnswerTable {
 public:
  struct Options {
    std::string prefix = "gemflow";
    double min_confidence = 0;    ///< labels below are "unassigned", and so are outliers
    bool latents_in_obs = false;  ///< columns besides the matrices
  };

  AnswerTable(const ModelCard& card, Options options);

  /// Renames and completes one answer. `asked` are the cells as the model saw them: those without any count there
  /// get the status "empty", no label and no numbers.
  void complete(Chunk& answer, const CountChunk& asked);

  [[nodiscard]] std::int64_t n_cells() const noexcept { return n_cells_; }
  [[nodiscard]] std::int64_t n_empty() const noexcept { return n_empty_; }
  [[nodiscard]] std::int64_t n_outliers() const noexcept { return n_outliers_; }
  /// The model can tell which cells lie outside what it has seen.
  [[nodiscard]] bool knows_outliers() const noexcept { return knows_outliers_; }
  /// For each predicted field its labels, most frequent first (equal ones by name).
  [[nodiscard]] std::vector<std::pair<std::string, std::vector<LabelCount>>> labels() const;
  /// The class names of each field's probabilities, in the order of the matrix columns.
  [[nodiscard]] const std::map<std::string, std::vector<std::string>>& classes() const noexcept { return classes_; }
  /// Their readable names, for the fields whose classes are called otherwise and whose names the model knows.
  [[nodiscard]] std::map<std::string, std::vector<std::string>> class_names() const;

 private:
  using Names = std::shared_ptr<const std::vector<std::string>>;

  /// A field is what an answer is sure of to some degree: a hosted model's are not known before it has answered.
  void learn_fields(const Chunk& answer);
  void unassign(Chunk& answer, const std::vector<bool>& empty);
  void count(const Chunk& answer, const std::vector<bool>& empty);
  void rename(Chunk& answer);
  [[nodiscard]] Names with_unassigned(const Names& categories);

  std::vector<std::string> fields_;
  std::map<std::string, std::map<std::string, std::string>> names_;  ///< by field and class
  Options options_;
  std::map<const void*, std::pair<Names, Names>> extended_;  ///< by the model's own categories, which are kept alive
  std::map<std::string, std::map<std::string, std::int64_t>> label_counts_;
  std::map<std::string, std::vector<std::string>> classes_;
  std::int64_t n_cells_ = 0;
  std::int64_t n_empty_ = 0;
  std::int64_t n_outliers_ = 0;
  bool knows_outliers_ = false;
};

}  // namespace gemflow
