// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "gemflow/core/report.hpp"

namespace gemflow {

/// How many cells may lie outside what a model has seen.
struct OutlierLimit {
  double share = 0.2;  ///< of the cells that have counts
  bool stops = true;   ///< false: more are a warning
};

/// How many do.
struct OutlierCount {
  std::int64_t n_outliers = 0;
  std::int64_t n_judged = 0;  ///< cells that have counts
};

/// What a sentence about outliers says of the model.
struct ModelTold {
  std::string_view id;
  std::string_view trained_on;
};

/// Errors: unsupported (more than the limit, and it stops).
void judge_outliers(const OutlierCount& count, const ModelTold& model, const OutlierLimit& limit, Report& report);

}  // namespace gemflow
