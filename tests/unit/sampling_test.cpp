// SPDX-License-Identifier: Apache-2.0
#include "gemflow/ops/sampling.hpp"

#include <cmath>
#include <numeric>
#include <vector>

#include "support/catch.hpp"

using namespace gemflow;

namespace {

struct Moments {
  double mean = 0;
  double variance = 0;
};

template <typename Quantile>
Moments moments(int n, Quantile&& quantile) {
  double sum = 0;
  double squares = 0;
  for (int i = 0; i < n; ++i) {
    const double value = quantile((i + 0.5) / n);
    sum += value;
    squares += value * value;
  }
  return {sum / n, squares / n - sum / n * sum / n};
}

}  // namespace

TEST_CASE("the normal quantile turns the normal distribution function round") {
  for (const double z : {-8.0, -5.5, -3.0, -1.0, -0.3, 0.0, 0.2, 1.96, 4.0}) {
    CHECK(normal_quantile(0.5 * std::erfc(-z / std::sqrt(2.0))) == Approx(z).epsilon(1e-12).margin(1e-14));
  }
  CHECK(normal_quantile(0.25) == -normal_quantile(0.75));
}

// Values of scipy.stats.poisson.ppf and nbinom.ppf (scipy 1.18).
TEST_CASE("poisson quantiles are scipy's") {
  CHECK(poisson_quantile(0.5, 0) == 0);
  CHECK(poisson_quantile(0.99, 0.01) == 0);
  CHECK(poisson_quantile(0.5, 3.7) == 4);
  CHECK(poisson_quantile(0.999, 3.7) == 11);
  CHECK(poisson_quantile(1e-6, 120) == 72);
  CHECK(poisson_quantile(0.3, 5000) == 4963);
  CHECK(poisson_quantile(1e-9, 5000) == 4582);
  CHECK(poisson_quantile(0.975, 250000) == 250980);
}

TEST_CASE("negative binomial quantiles are scipy's") {
  CHECK(negative_binomial_quantile(0.5, 0, 1) == 0);
  CHECK(negative_binomial_quantile(0.5, 3, 0.5) == 1);
  CHECK(negative_binomial_quantile(0.99, 3, 0.5) == 21);
  CHECK(negative_binomial_quantile(0.5, 2000, 0.3) == 487);
  CHECK(negative_binomial_quantile(0.9, 2000, 10) == 2843);
  CHECK(negative_binomial_quantile(1e-7, 100000, 500) == 78403);
  CHECK(negative_binomial_quantile(0.7, 1e6, 20) == 1104123);
}

TEST_CASE("quantiles have the mean and the variance they were asked for, and rise") {
  const double mean = GENERATE(0.02, 1.0, 25.0, 299.0, 301.0, 4000.0);
  const double size = GENERATE(0.4, 5.0, 1e12);
  const int n = 20'000;
  const Moments found = moments(n, [=](double u) { return negative_binomial_quantile(u, mean, size); });
  const double variance = mean + mean * mean / size;
  CHECK(found.mean == Approx(mean).epsilon(0.01));
  CHECK(found.variance == Approx(variance).epsilon(0.03));
  double before = 0;
  for (const double u : {1e-9, 1e-3, 0.2, 0.5, 0.8, 0.999, 1 - 1e-9}) {
    const double k = negative_binomial_quantile(u, mean, size);
    CHECK(k >= before);
    before = k;
  }
}

TEST_CASE("a multinomial of more counts than anybody could deal one by one") {
  const std::vector<double> weights{0, 1, 2, 0, 4e-9, 4, 0};
  std::vector<double> counts(7);
  for (const std::int64_t n : {std::int64_t{1} << 26, std::int64_t{70'000'000'000}, std::int64_t{1} << 53}) {
    multinomial(n, weights, Random(11, {}), counts);
    const auto all = static_cast<double>(n);
    CHECK(std::accumulate(counts.begin(), counts.end(), 0.0) == all);
    CHECK((counts[0] == 0 && counts[3] == 0 && counts[6] == 0));
    CHECK(counts[1] == Approx(all / 7).margin(6 * std::sqrt(all)));
    CHECK(counts[2] == Approx(all * 2 / 7).margin(6 * std::sqrt(all)));
    CHECK(counts[4] == Approx(all * 4e-9 / 7).margin(6 * std::sqrt(all * 4e-9 / 7) + 3));
    CHECK(counts[1] != std::nearbyint(all / 7));
  }
}

TEST_CASE("multinomial counts sum to exactly what was dealt") {
  const std::vector<double> weights{0, 1, 2, 0, 4, 0};
  std::vector<double> counts(6);
  const Random random(11, {});
  multinomial(70'000, weights, random, counts);
  CHECK(std::accumulate(counts.begin(), counts.end(), 0.0) == 70'000);
  CHECK((counts[0] == 0 && counts[3] == 0 && counts[5] == 0));
  CHECK(counts[1] == Approx(10'000).margin(400));
  CHECK(counts[2] == Approx(20'000).margin(500));
  CHECK(counts[4] == Approx(40'000).margin(500));

  std::vector<double> fewer(6);
  multinomial(999, weights, random, fewer);
  for (std::size_t i = 0; i < 6; ++i) CHECK(fewer[i] <= counts[i]);
  multinomial(0, weights, random, counts);
  CHECK(counts == std::vector<double>(6));
}
