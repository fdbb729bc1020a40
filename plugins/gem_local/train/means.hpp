// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "gem_local/arrays.hpp"
#include "gem_local/parameters.hpp"
#include "gem_local/train/survey.hpp"
#include "gemflow/core/job.hpp"

namespace gemflow::gem_local {

/// Mean rates of all conditions: share of a gene = base · the factors of the condition's levels · what the combination
/// adds.
struct Means {
  DoubleRow base;                   ///< shares of all counts, sum to about 1
  DoubleMatrix factors;             ///< levels of all fields x genes; 1 is no effect
  std::vector<Levels> pairs;        ///< biological and perturbation levels together; technical ones are -1
  DoubleMatrix pair_factors;        ///< one row a pair
  DoubleMatrix condition_factors;   ///< one row a condition
  std::vector<double> pair_cells;   ///< cells of each pair
  std::vector<bool> pair_is_known;  ///< enough cells: its factors are not all 1
  std::vector<bool> condition_is_known;
  std::vector<std::int32_t> pair_of_condition;
  DoubleMatrix shares;  ///< conditions x genes, each row sums to 1
};

/// Fits them by cyclic updates, each shrunken; an unlabelled field has the factor 1 and takes no part.
[[nodiscard]] Means fit_means(const ConditionSums& sums, const std::vector<FieldPart>& fields, Workers& workers);

/// Shares of the cells that have a label of the field, by level; they sum to 1. All 0 without any label.
[[nodiscard]] std::vector<double> level_shares(const ConditionSums& sums, std::size_t field, std::int32_t n_levels);

}  // namespace gemflow::gem_local
