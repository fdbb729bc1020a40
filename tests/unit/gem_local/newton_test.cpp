// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "gem_local/newton/newton_genes.hpp"
#include "gemflow/ops/philox.hpp"
#include "support/catch.hpp"

using namespace gemflow;
using namespace gemflow::gem_local;

namespace {

/// Latents and genes that fill no block.
struct Point {
  FloatMatrix loadings{7, 600};
  FloatRow log_share{600};
  DoubleRow counts{600}, latents{7};
  double log_total = 7.5;

  Point() {
    const Random random(11, {});
    std::uint64_t next = 0;
    for (float& value : loadings.reshaped()) value = static_cast<float>(random.normal(next++) / 2);
    for (float& value : log_share.reshaped()) value = static_cast<float>(random.normal(next++) - 7);
    for (double& value : latents.reshaped()) value = random.normal(next++);
    for (double& value : counts.reshaped()) value = std::floor(3 * random.uniform(next++));
  }

  [[nodiscard]] NewtonSums sum(NewtonKernel kernel) const {
    const NewtonGenes genes(loadings, log_share);
    std::vector<double> padded_counts(genes.n_genes(), 0.0), padded_latents(genes.n_latents(), 0.0);
    std::copy(counts.begin(), counts.end(), padded_counts.begin());
    std::copy(latents.begin(), latents.end(), padded_latents.begin());
    NewtonSums sums;
    genes.sum(kernel, padded_counts, log_total, padded_latents, sums);
    return sums;
  }
};

}  // namespace

TEST_CASE("the sums of a Newton step are those of the formula") {
  const Point point;
  const DoubleMatrix loadings = point.loadings.cast<double>();
  const DoubleRow change = (point.latents * loadings).cwiseMin(10).cwiseMax(-10);
  const DoubleRow mean = (point.log_share.cast<double>() + change).array().exp() * std::exp(point.log_total);
  const DoubleRow weight = 1 / (1 + 0.5 * mean.array());
  const DoubleRow gradient = (point.counts - mean).cwiseProduct(weight) * loadings.transpose();
  const DoubleMatrix information =
      loadings * mean.cwiseProduct(weight).asDiagonal() * loadings.transpose();

  const NewtonSums sums = point.sum(newton_sums_baseline);
  const std::size_t stride = sums.gradient.size();
  CHECK(stride == 9);
  for (Index row = 0; row < 7; ++row) {
    const auto r = static_cast<std::size_t>(row);
    CHECK(sums.gradient[r] == Approx(gradient[row]).epsilon(1e-12));
    for (Index column = 0; column <= row; ++column) {
      const double found = sums.information[r * stride + static_cast<std::size_t>(column)];
      CHECK(found == Approx(information(row, column)).epsilon(1e-6).margin(1e-4));
    }
  }
  CHECK(sums.gradient[8] == 0);
  CHECK(sums.information[8 * stride + 3] == 0);
}

TEST_CASE("exponents beyond what a rate can be stay finite") {
  Point point;
  point.latents *= 1000;
  point.log_share[3] = -1e6F;
  point.log_share[4] = 1e6F;
  const NewtonSums sums = point.sum(newton_sums_baseline);
  for (const double value : sums.gradient) CHECK(std::isfinite(value));
  for (const double value : sums.information) CHECK(std::isfinite(value));
}

TEST_CASE("every kind of processor gets the same bits") {
  if (best_newton_kernel() == newton_sums_baseline) {
    WARN("this processor has one kernel");
    return;
  }
  const Point point;
  const NewtonSums baseline = point.sum(newton_sums_baseline);
  const NewtonSums best = point.sum(best_newton_kernel());
  CHECK(best.gradient == baseline.gradient);
  CHECK(best.information == baseline.information);
}
