// SPDX-License-Identifier: Apache-2.0
#include "gem_local/train/shrinkage.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace gemflow::gem_local {
namespace {

constexpr std::size_t n_strengths = Shrinkage::strengths.size();
using Weights = std::array<double, n_strengths>;

constexpr int n_rounds = 15;
/// The mixture has seven numbers to learn: more pairs than this teach it nothing.
constexpr Index most_pairs = 100'000;

/// log Γ(x + k) - log Γ(k), from Stirling's series. std::lgamma writes a global sign and is not for threads.
double log_gamma(double x) noexcept {
  double shift = 0;
  while (x < 8) shift -= std::log(x++);
  const double inverse = 1 / x;
  const double square = inverse * inverse;
  constexpr double half_log_two_pi = 0.91893853320467274178;
  return shift + (x - 0.5) * std::log(x) - x + half_log_two_pi +
         inverse * (1.0 / 12 - square * (1.0 / 360 - square * (1.0 / 1260 - square / 1680)));
}

/// What does not change with the counts.
const Weights& log_gammas_of_strengths() {
  static const Weights values = [] {
    Weights all{};
    std::transform(Shrinkage::strengths.begin(), Shrinkage::strengths.end(), all.begin(), log_gamma);
    return all;
  }();
  return values;
}

/// Likelihood of a count under each strength (negative binomial), scaled so that the best is 1.
Weights likelihoods(double count, double expected) noexcept {
  const Weights& constants = log_gammas_of_strengths();
  Weights logs{};
  for (std::size_t i = 0; i < n_strengths; ++i) {
    const double k = Shrinkage::strengths[i];
    const double all = std::log(k + expected);
    logs[i] = log_gamma(count + k) - constants[i] + k * (std::log(k) - all) + count * (std::log(expected) - all);
  }
  const double best = *std::max_element(logs.begin(), logs.end());
  for (double& value : logs) value = std::exp(value - best);
  return logs;
}

/// Multiplies by the mixture and scales to the sum 1.
Weights posterior(Weights likelihood, const Weights& mixture) noexcept {
  double sum = 0;
  for (std::size_t i = 0; i < n_strengths; ++i) sum += likelihood[i] *= mixture[i];
  for (double& value : likelihood) value /= sum;
  return likelihood;
}

}  // namespace

void Shrinkage::learn(const DoubleMatrix& counts, const DoubleMatrix& expected) {
  std::vector<Weights> pairs;
  const Index step = counts.size() / most_pairs + 1;
  for (Index i = 0; i < counts.size(); i += step) {
    if (expected.data()[i] > 0) pairs.push_back(likelihoods(counts.data()[i], expected.data()[i]));
  }
  if (pairs.empty()) return;
  mixture_.fill(1.0 / n_strengths);
  for (int round = 0; round < n_rounds; ++round) {
    Weights sums{};
    for (const Weights& pair : pairs) {
      const Weights share = posterior(pair, mixture_);
      for (std::size_t i = 0; i < n_strengths; ++i) sums[i] += share[i];
    }
    for (std::size_t i = 0; i < n_strengths; ++i) mixture_[i] = sums[i] / static_cast<double>(pairs.size());
  }
}

double Shrinkage::ratio(double count, double expected) const noexcept {
  if (expected <= 0) return 1;
  const Weights share = posterior(likelihoods(count, expected), mixture_);
  double mean = 0;
  for (std::size_t i = 0; i < n_strengths; ++i) {
    mean += share[i] * (count + strengths[i]) / (expected + strengths[i]);
  }
  return mean;
}

DoubleMatrix Shrinkage::ratios(const DoubleMatrix& counts, const DoubleMatrix& expected, Workers& workers) const {
  DoubleMatrix result(counts.rows(), counts.cols());
  constexpr Index tile = 4096;
  workers.each((counts.size() + tile - 1) / tile, [&](std::int64_t number) {
    const Index end = std::min<Index>(counts.size(), (number + 1) * tile);
    for (Index i = number * tile; i < end; ++i) {
      result.data()[i] = ratio(counts.data()[i], expected.data()[i]);
    }
  });
  return result;
}

}  // namespace gemflow::gem_local
