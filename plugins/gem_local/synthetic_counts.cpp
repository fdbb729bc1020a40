// SPDX-License-Identifier: Apache-2.0
#include "gem_local/synthetic_counts.hpp"

#include <algorithm>
#include <cmath>

#include "gemflow/ops/rounding.hpp"
#include "gemflow/ops/sampling.hpp"

namespace gemflow::gem_local {
namespace {

/// Below this a gene is Poisson.
constexpr float least_dispersion = 1e-6F;

/// A gamma variable of mean 1 and variance `dispersion` from a normal one (Wilson and Hilferty).
double gamma_of(double normal, double dispersion) noexcept {
  const double root = 1 - dispersion / 9 + normal * std::sqrt(dispersion) / 3;
  return root > 0 ? root * root * root : 0;
}

void expect(const DoubleRow& shares, double total, OutputCounts how, const CellRandom& random, DoubleRow& counts) {
  counts = shares * total;
  const std::span<double> values(counts.data(), static_cast<std::size_t>(counts.size()));
  round_counts(how, values, random.stream(Stream::rounding), values);
}

void draw_exactly(const DoubleRow& shares, const FloatRow& dispersion, double total, const CellRandom& random,
                  DoubleRow& counts) {
  const auto n = static_cast<std::size_t>(shares.size());
  std::vector<double> weights(n);
  random.stream(Stream::rounding).normals(weights);
  for (std::size_t gene = 0; gene < n; ++gene) {
    const auto at = static_cast<Index>(gene);
    weights[gene] = shares[at] * gamma_of(weights[gene], static_cast<double>(dispersion[at]));
  }
  constexpr double most = 9'007'199'254'740'992;  // 2^53: whole numbers are exact up to here
  multinomial(std::llround(std::min(total, most)), weights, random.stream(Stream::observation), {counts.data(), n});
}

void draw(const DoubleRow& shares, const FloatRow& dispersion, double total, const CellRandom& random,
          DoubleRow& counts) {
  std::vector<double> uniforms(static_cast<std::size_t>(shares.size()));
  random.stream(Stream::observation).uniforms(uniforms);
  for (Index gene = 0; gene < shares.size(); ++gene) {
    const double u = uniforms[static_cast<std::size_t>(gene)];
    const double mean = shares[gene] * total;
    counts[gene] = dispersion[gene] < least_dispersion
                       ? poisson_quantile(u, mean)
                       : negative_binomial_quantile(u, mean, 1 / static_cast<double>(dispersion[gene]));
  }
}

}  // namespace

DoubleRow shares_of(const FloatRow& log_rates) {
  const float top = log_rates.maxCoeff();
  DoubleRow shares = (log_rates.array() - top).exp().cast<double>();
  shares /= shares.sum();
  return shares;
}

SparseCell synthetic_counts(const DoubleRow& shares, const FloatRow& dispersion, Depth depth,
                            const QueryOptions& options, const CellRandom& random) {
  DoubleRow counts(shares.size());
  if (options.sampling == Sampling::mean) {
    expect(shares, depth.total, options.output_counts, random, counts);
  } else if (depth.exact) {
    draw_exactly(shares, dispersion, depth.total, random, counts);
  } else {
    draw(shares, dispersion, depth.total, random, counts);
  }
  SparseCell cell;
  for (Index gene = 0; gene < counts.size(); ++gene) {
    if (counts[gene] == 0) continue;
    cell.genes.push_back(static_cast<std::int32_t>(gene));
    cell.values.push_back(counts[gene]);
  }
  return cell;
}

}  // namespace gemflow::gem_local
