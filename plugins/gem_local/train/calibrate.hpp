// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "gem_local/parameters.hpp"
#include "gem_local/train/survey.hpp"
#include "gemflow/core/job.hpp"

namespace gemflow::gem_local {

/// Fits the model again without some donors (or batches; without some cells where there is but one) and lets it judge
/// them: sets the heads' temperatures and the outlier threshold, and says how well held-out cells were labelled.
[[nodiscard]] std::vector<std::pair<std::string, double>> calibrate(const Survey& survey, const KeptCells& cells,
                                                                    std::uint64_t seed, Parameters& parameters,
                                                                    Job& job);

}  // namespace gemflow::gem_local
