// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "gem_local/parameters.hpp"
#include "gem_local/train/survey.hpp"
#include "gemflow/core/job.hpp"

namespace gemflow::gem_local {

/// What one fit learns from: all training cells, or those that a test fold leaves.
struct FitCells {
  const Survey* survey;
  const KeptCells* cells;
  std::vector<std::int32_t> rows;  ///< of `cells`
  ConditionSums sums;              ///< conditions as in the survey
};

/// Everything but what held-out cells teach (temperatures, outlier threshold) and what the options say (id, licence).
[[nodiscard]] Parameters fit_parameters(const FitCells& input, std::uint64_t seed, Workers& workers);

/// The field whose classes outliers are far from: the biological one with the most levels; -1 if there is none.
[[nodiscard]] std::int32_t outlier_field(const std::vector<FieldPart>& fields) noexcept;

}  // namespace gemflow::gem_local
