// SPDX-License-Identifier: Apache-2.0
#include "gemflow/run/run_modality.hpp"

#include <optional>

#include "gemflow/core/error.hpp"
#include "gemflow/run/provenance.hpp"

namespace gemflow {

RunModality::RunModality(const ModelCard& card, const Reader& in, const RunOptions& options, const Limit& limit)
    : card_(&card), in_(&in), options_(&options), limit_(limit), check_(card, static_cast<std::int64_t>(in.genes().size())) {}

void RunModality::look(const CountChunk& counts, const Job& job) {
  if (check_.has_judged()) return;
  n_seen_ += counts.n_cells();
  const std::optional<Error> refusal = check_.refusal(counts);
  if (refusal && !options_->open_whole) throw *refusal;
  if (refusal || is_cut_short()) look_at_whole(job);
}

/// Might the whole have been judged by more cells?
bool RunModality::is_cut_short() const noexcept {
  if (!options_->open_whole || !options_->part || card_->any_genes) return false;
  const PartRows& rows = *options_->part;
  return rows.begin == 0 && rows.end < rows.n_whole && n_seen_ == in_->n_cells();
}

void RunModality::look_at_whole(const Job& job) const {
  Job quiet = job;
  quiet.report = &silence();
  const auto whole = options_->open_whole();
  const auto cells = check_counts(*whole, check_options(*whole, *options_), quiet);
  ModalityCheck check(*card_, static_cast<std::int64_t>(whole->genes().size()));
  for (Chunk chunk; !check.has_judged() && cells->next(chunk, limit_);) check.look(chunk.counts);
}

}  // namespace gemflow
