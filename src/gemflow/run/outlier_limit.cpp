// SPDX-License-Identifier: Apache-2.0
#include "gemflow/run/outlier_limit.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "gemflow/core/error.hpp"

namespace gemflow {

void judge_outliers(const OutlierCount& count, const ModelTold& model, const OutlierLimit& limit, Report& report) {
  const auto share = static_cast<double>(count.n_outliers) / static_cast<double>(std::max<std::int64_t>(count.n_judged, 1));
  if (share <= limit.share) return;
  const std::string sentence =
      fmt::format("{} of {} cells ({:.1f} %) lie outside what model '{}' has seen, more than --max-outliers {}; it was "
                  "trained on {}",
                  count.n_outliers, count.n_judged, 100 * share, model.id, limit.share, model.trained_on);
  if (!limit.stops) {
    report.warning(sentence);
    return;
  }
  throw Error(ErrorKind::unsupported, sentence,
              "train a model on cells like these with gemflow train, or go on with them all the same: --max-outliers 1");
}

}  // namespace gemflow
