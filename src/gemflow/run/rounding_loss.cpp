// SPDX-License-Identifier: Apache-2.0
#include "gemflow/run/rounding_loss.hpp"

#include <numeric>

#include <fmt/format.h>

namespace gemflow {

RoundingLoss::RoundingLoss(const QueryOptions& options) noexcept
    : rounds_(options.sampling == Sampling::mean && options.output_counts == OutputCounts::rounded) {}

void RoundingLoss::add(const CountChunk& made, double wanted) noexcept {
  wanted_ += wanted;
  made_ = std::accumulate(made.values().begin(), made.values().end(), made_);
}

void RoundingLoss::tell(Report& report) const {
  constexpr double most = 0.05;
  if (!rounds_ || wanted_ - made_ <= most * wanted_) return;
  report.warning(fmt::format("rounding means to whole numbers lost {:.1f} % of the counts, those of genes expected less than "
                             "half a time; --output-counts unbiased keeps the depth, --sampling-strategy sample draws cells",
                             100 * (wanted_ - made_) / wanted_));
}

}  // namespace gemflow
