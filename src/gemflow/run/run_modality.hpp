// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "gemflow/core/job.hpp"
#include "gemflow/core/reader.hpp"
#include "gemflow/ops/modality.hpp"
#include "gemflow/run/options.hpp"

namespace gemflow {

/// The check of modality in a run. A part stops where its whole does: by the first cells of the file, which are read again where
/// the part's own would be refused, or where it begins the file and ends within the whole's first chunk.
class RunModality {
 public:
  /// All must outlive it. `limit`: of the chunks that the run reads.
  RunModality(const ModelCard& card, const Reader& in, const RunOptions& options, const Limit& limit);

  /// Looks at the run's next cells. Errors: unsupported; of the file's first cells also those of the counts check.
  void look(const CountChunk& counts, const Job& job);

 private:
  [[nodiscard]] bool is_cut_short() const noexcept;
  void look_at_whole(const Job& job) const;

  const ModelCard* card_;
  const Reader* in_;
  const RunOptions* options_;
  Limit limit_;
  ModalityCheck check_;
  std::int64_t n_seen_ = 0;
};

}  // namespace gemflow
