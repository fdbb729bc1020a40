// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "gemflow/core/chunk.hpp"

namespace gemflow::synthesize_api {

/// What all answers of a run have in common: names of columns, classes, widths. The first one says it; what comes later is
/// put into its order. Thread-safe.
class AnswerShape {
 public:
  /// Errors: model (a column, a class or a latent more or less than in the first answer).
  void fit(Chunk& answer);

 private:
  using Names = std::vector<std::string>;

  void fit(Matrix& matrix, const std::pair<std::string, Names>& wanted) const;

  std::mutex mutex_;
  bool is_known_ = false;
  Names obs_;
  std::vector<std::pair<std::string, Names>> obsm_;
  Names layers_;
};

/// The rows of an answer at their places among `n_rows`; between them rows without counts, labels and numbers (NaN).
/// REQUIRES: `rows` ascending, one for each row of the answer.
[[nodiscard]] Chunk spread(Chunk answer, std::span<const std::int64_t> rows, std::int64_t n_rows);

}  // namespace gemflow::synthesize_api
