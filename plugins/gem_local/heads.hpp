// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "gem_local/arrays.hpp"
#include "gem_local/parameters.hpp"
#include "gemflow/core/count_chunk.hpp"

namespace gemflow::gem_local {

/// What a classifier sees of a count: log1p of counts per 10,000, in standard deviations of the training cells, clipped
/// so that one gene of a foreign cell does not outvote all others.
[[nodiscard]] double head_feature(double count, double total, double scale) noexcept;

/// Class probabilities by one head. Genes that the head does not know cost nothing.
class Classifier {
 public:
  /// `head` must outlive the classifier.
  Classifier(const Head& head, Index n_genes);

  [[nodiscard]] Index n_classes() const noexcept { return head_->bias.size(); }
  /// Before the temperature. A cell without counts gets the bias alone.
  [[nodiscard]] DoubleRow logits(CellCounts cell) const;
  [[nodiscard]] DoubleRow probabilities(CellCounts cell) const;

 private:
  const Head* head_;
  std::vector<std::int32_t> slot_of_gene_;  ///< row of the head's weights, -1 for a gene it does not look at
};

/// exp(logits / temperature), scaled to the sum 1.
[[nodiscard]] DoubleRow softmax(const DoubleRow& logits, double temperature);

}  // namespace gemflow::gem_local
