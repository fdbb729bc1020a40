// SPDX-License-Identifier: Apache-2.0
#include "gemflow/run/outlier_limit.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "gemflow/core/error.hpp"

namespace gemflow {

void judge_outliers(std::int64_t n_outliers, std::int64_t n_judged, const ModelCard& card, const OutlierLimit& limit,
                    Report& report) {
  const auto share = static_cast<double>(n_outliers) / static_cast<double>(std::max<std::int64_t>(n_judged, 1));
  if (share <= limit.share) return;
  const std::string sentence =
      fmt::format("{} of {} cells ({:.1f} %) lie outside what model '{}' has seen, more than --max-outliers {}; it was "
                  "trained on {}",
                  n_outliers, n_judged, 100 * share, card.id, limit.share, card.trained_on);
  if (!limit.stops) {
    report.warning(sentence);
    return;
  }
  throw Error(ErrorKind::unsupported, sentence,
              "train a model on cells like these with gemflow train, or go on with them all the same: --max-outliers 1");
}

}  // namespace gemflow
