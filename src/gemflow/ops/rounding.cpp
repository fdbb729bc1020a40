// SPDX-License-Identifier: Apache-2.0
#include "gemflow/ops/rounding.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace gemflow {
namespace {

/// Systematic sampling: one random offset, then a count wherever the running sum passes a whole number. The whole parts
/// are taken out first: sums of fractions alone stay exact.
void round_unbiased(std::span<const double> expected, double offset, std::span<double> counts) {
  double sum = offset;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const double whole = std::floor(expected[i]);
    sum += expected[i] - whole;
    const double extra = sum >= 1 ? 1 : 0;
    sum -= extra;
    counts[i] = whole + extra;
  }
}

}  // namespace

void round_counts(OutputCounts how, std::span<const double> expected, const Random& random, std::span<double> counts) {
  assert(expected.size() == counts.size());
  switch (how) {
    case OutputCounts::rounded:
      std::transform(expected.begin(), expected.end(), counts.begin(), [](double x) { return std::nearbyint(x); });
      break;
    case OutputCounts::unbiased:
      round_unbiased(expected, random.uniform(0), counts);
      break;
    case OutputCounts::expected:
      std::copy(expected.begin(), expected.end(), counts.begin());
      break;
  }
}

}  // namespace gemflow
