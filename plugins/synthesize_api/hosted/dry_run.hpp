// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gemflow/hosted.hpp"
#include "synthesize_api/hosted/agreement.hpp"

namespace gemflow::synthesize_api {

/// Writes each body as it would be sent, counts its bytes, and answers with empty rows.
class DryRun final : public Model {
 public:
  /// `report` takes what there is to say of metadata, and must outlive the model.
  DryRun(ModelCard card, Unpaid unpaid, Vocabulary vocabulary, Report& report);

  [[nodiscard]] const ModelCard& card() const noexcept override { return card_; }
  [[nodiscard]] Chunk answer(const Query& query, Job& job) override;
  [[nodiscard]] const DryRunTally& tally() const noexcept { return tally_; }

 private:
  /// Of the body that would be sent.
  [[nodiscard]] std::int64_t bytes_of(const Part& part) const;

  ModelCard card_;
  Unpaid unpaid_;
  Vocabulary vocabulary_;
  Report* report_;
  DryRunTally tally_;
};

}  // namespace gemflow::synthesize_api
