// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "gemflow/core/query.hpp"
#include "gemflow/ops/philox.hpp"

namespace gemflow {

/// Expected counts of one cell become the counts that are given out.
///
/// rounded: each to the nearest whole number, ties to even, as the hosted API does. Small expectations vanish: of a
///   single-cell mean at 10,000 about a tenth of the total does.
/// unbiased: each to one of the two whole numbers around it, so that the mean of many cells is the expectation and each
///   cell's total is that of the expectations, itself rounded so. Uses random.uniform(0) and no other.
/// expected: as they are.
/// REQUIRES: expectations are finite and not negative; equal lengths; `counts` may be `expected` itself.
void round_counts(OutputCounts how, std::span<const double> expected, const Random& random, std::span<double> counts);

}  // namespace gemflow
