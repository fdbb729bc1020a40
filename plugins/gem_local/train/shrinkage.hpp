// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "gem_local/arrays.hpp"
#include "gemflow/core/job.hpp"

namespace gemflow::gem_local {

/// Adaptive shrinkage of ratios toward 1: counts ~ Poisson(expected·ratio), ratios ~ a mixture of Gamma(k, k) over
/// fixed strengths k. The mixture is learnt from all genes at once, so that the data say how much is noise (empirical
/// Bayes).
class Shrinkage {
 public:
  static constexpr std::array<double, 8> strengths{0.1, 0.3, 1, 3, 10, 30, 100, 1000};

  /// Learns the mixture by EM. REQUIRES: two matrices of one shape, no expectation negative.
  void learn(const DoubleMatrix& counts, const DoubleMatrix& expected);

  /// Posterior means of the ratios.
  [[nodiscard]] DoubleMatrix ratios(const DoubleMatrix& counts, const DoubleMatrix& expected, Workers& workers) const;

  [[nodiscard]] const std::array<double, strengths.size()>& mixture() const noexcept { return mixture_; }

 private:
  [[nodiscard]] double ratio(double count, double expected) const noexcept;

  std::array<double, strengths.size()> mixture_{0.125, 0.125, 0.125, 0.125, 0.125, 0.125, 0.125, 0.125};
};

}  // namespace gemflow::gem_local
