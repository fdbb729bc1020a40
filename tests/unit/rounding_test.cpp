// SPDX-License-Identifier: Apache-2.0
#include "gemflow/ops/rounding.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "support/catch.hpp"

using namespace gemflow;

using Values = std::vector<double>;

namespace {

Values rounded(OutputCounts how, const Values& expected, std::int64_t cell = 0) {
  Values counts(expected.size());
  round_counts(how, expected, Random(5, {cell, 0, Stream::rounding}), counts);
  return counts;
}

double sum(const Values& values) { return std::accumulate(values.begin(), values.end(), 0.0); }

}  // namespace

TEST_CASE("rounded counts are the nearest, ties to even") {
  CHECK(rounded(OutputCounts::rounded, {0.4, 0.5, 1.5, 2.51, 7}) == Values{0, 0, 2, 3, 7});
  CHECK(rounded(OutputCounts::expected, {0.4, 2.51}) == Values{0.4, 2.51});
}

TEST_CASE("unbiased counts keep each cell's total and each gene's mean") {
  Values expected;
  for (int gene = 0; gene < 997; ++gene) expected.push_back(0.05 * (gene % 7) + (gene % 50 == 0 ? 12.3 : 0));
  const double total = sum(expected);
  const int n_cells = 20'000;
  Values means(expected.size());
  for (int cell = 0; cell < n_cells; ++cell) {
    const Values counts = rounded(OutputCounts::unbiased, expected, cell);
    REQUIRE(std::abs(sum(counts) - total) < 1);
    double farthest = 0;
    for (std::size_t gene = 0; gene < counts.size(); ++gene) {
      farthest = std::max(farthest, std::abs(counts[gene] - expected[gene]));
      means[gene] += counts[gene] / n_cells;
    }
    REQUIRE(farthest < 1);
  }
  for (std::size_t gene = 0; gene < means.size(); ++gene) CHECK(means[gene] == Approx(expected[gene]).margin(0.02));
}

TEST_CASE("whole expectations stay what they are") {
  const Values whole{3, 0, 5, 1};
  CHECK(rounded(OutputCounts::unbiased, whole) == whole);
  CHECK(rounded(OutputCounts::rounded, whole) == whole);
}
