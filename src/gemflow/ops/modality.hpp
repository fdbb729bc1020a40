// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "gemflow/core/count_chunk.hpp"
#include "gemflow/core/error.hpp"
#include "gemflow/core/model.hpp"

namespace gemflow {

/// What the counts look like: bulk samples, single cells, or neither clearly. Judged by the medians over the chunk of
/// detected genes and of counts a detected gene. Measured: airway 24,648 and 860, pooled human bulk 13,557 and 1,827;
/// PBMC (10x) 514 and 2.4, cell lines (CEL-seq2) 7,387 and 4.8. `n_genes` is the width of the file's own matrix.
[[nodiscard]] std::optional<Modality> modality_of(const CountChunk& counts, std::int64_t n_genes);

/// Refuses samples of the wrong kind for a model, by the first chunk that holds any counts.
class ModalityCheck {
 public:
  ModalityCheck(const ModelCard& card, std::int64_t n_genes) : card_(&card), n_genes_(n_genes) {}

  /// Errors: unsupported (bulk samples for a single-cell model, or the reverse).
  void look(const CountChunk& counts);
  /// The same error instead of throwing it.
  [[nodiscard]] std::optional<Error> refusal(const CountChunk& counts);
  /// Has it seen cells with counts? Nothing is looked at after them.
  [[nodiscard]] bool has_judged() const noexcept { return judged_; }

 private:
  const ModelCard* card_;
  std::int64_t n_genes_;
  bool judged_ = false;
};

}  // namespace gemflow
