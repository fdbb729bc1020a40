// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "gemflow/core/model.hpp"
#include "gemflow/core/report.hpp"

namespace gemflow {

/// How many cells may lie outside what a model has seen.
struct OutlierLimit {
  double share = 0.2;  ///< of the cells that have counts
  bool stops = true;   ///< false: more are a warning
};

/// Errors: unsupported (more than the limit, and it stops).
void judge_outliers(std::int64_t n_outliers, std::int64_t n_judged, const ModelCard& card, const OutlierLimit& limit,
                    Report& report);

}  // namespace gemflow
