// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "gemflow/ops/philox.hpp"

namespace gemflow {

// One uniform number a value, by inversion: no loop that rejects, so a value depends on its own random number alone. In
// all of these a larger `u` gives a value that is not smaller. REQUIRES: 0 < u < 1.

/// The standard normal quantile (Wichura's AS 241: about 16 digits).
[[nodiscard]] double normal_quantile(double u) noexcept;

/// The Poisson quantile; exact, and beyond a mean of 10^9 by its normal limit. REQUIRES: mean >= 0.
[[nodiscard]] double poisson_quantile(double u, double mean) noexcept;

/// The negative binomial quantile for a mean and a size: variance mean + mean²/size. An infinite size gives Poisson.
/// REQUIRES: mean >= 0, size > 0.
[[nodiscard]] double negative_binomial_quantile(double u, double mean, double size) noexcept;

/// Deals `n` counts over the weights (any scale, none negative, a positive sum); `counts` then sums to exactly `n`.
/// Count number i is dealt by fine_uniform(i), so that the counts of a smaller `n` are a part of those of a larger one; beyond
/// 2^25 counts each position is drawn at once, and its time no longer grows with `n`. REQUIRES: 0 <= n <= 2^53.
void multinomial(std::int64_t n, std::span<const double> weights, const Random& random, std::span<double> counts);

}  // namespace gemflow
