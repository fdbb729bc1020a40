// SPDX-License-Identifier: Apache-2.0
#include "gemflow/ops/sampling.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <limits>
#include <vector>

namespace gemflow {
namespace {

/// Up to here the terms of a distribution are summed one by one from zero; beyond it its sum function is searched.
constexpr double largest_summed_mean = 300;
constexpr double largest_searched_mean = 1e9;

template <std::size_t n>
double polynomial(const std::array<double, n>& coefficients, double x) noexcept {
  double sum = 0;
  for (std::size_t i = n; i-- > 0;) sum = sum * x + coefficients[i];
  return sum;
}

/// ln Γ(x) by Stirling's series, shifted up where x is small. (std::lgamma writes a global and races.)
double log_gamma(double x) noexcept {
  double shift = 1;
  for (; x < 12; x += 1) shift *= x;
  const double square = 1 / (x * x);
  const std::array<double, 6> series{1.0 / 12, -1.0 / 360, 1.0 / 1260, -1.0 / 1680, 1.0 / 1188, -691.0 / 360360};
  constexpr double half_log_two_pi = 0.91893853320467274178;
  return (x - 0.5) * std::log(x) - x + half_log_two_pi + polynomial(series, square) / x - std::log(shift);
}

constexpr double tiny = 1e-300;
constexpr double converged = 1e-15;
constexpr int most_terms = 200'000;

/// Evaluates b0 + a1/(b1 + a2/(b2 + …)) by Lentz's method; term(i) gives {a_i, b_i}.
template <typename Term>
double continued_fraction(double b0, Term&& term) noexcept {
  double value = b0 == 0 ? tiny : b0;
  double c = value;
  double d = 0;
  for (int i = 1; i < most_terms; ++i) {
    const auto [a, b] = term(i);
    d = b + a * d;
    c = b + a / c;
    d = 1 / (d == 0 ? tiny : d);
    c = c == 0 ? tiny : c;
    value *= c * d;
    if (std::abs(c * d - 1) < converged) break;
  }
  return value;
}

struct Term {
  double a;
  double b;
};

/// P(X <= k) of a Poisson variable: the upper incomplete gamma function Q(k + 1, mean).
double poisson_sum(double k, double mean) noexcept {
  const double shape = k + 1;
  const double front = std::exp(shape * std::log(mean) - mean - log_gamma(shape));
  if (mean < shape) {
    double term = 1 / shape;
    double sum = term;
    for (double n = shape + 1; term > sum * converged; n += 1) sum += term *= mean / n;
    return 1 - front * sum;
  }
  const double fraction = continued_fraction(mean + 1 - shape, [&](int i) {
    return Term{-i * (i - shape), mean + 2 * i + 1 - shape};
  });
  return front / fraction;
}

/// The continued fraction of the incomplete beta function (Abramowitz and Stegun 26.5.8).
double beta_fraction(double a, double b, double x) noexcept {
  return continued_fraction(0, [&](int i) {
    if (i == 1) return Term{1, 1};
    const double m = std::floor((i - 1) / 2.0);
    const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    return Term{(i - 1) % 2 == 0 ? even : odd, 1};
  });
}

/// P(X <= k) of a negative binomial variable: the incomplete beta function I_p(size, k + 1), p = size / (size + mean).
double negative_binomial_sum(double k, double mean, double size) noexcept {
  const double b = k + 1;
  const double p = size / (size + mean);
  const double log_front = log_gamma(size + b) - log_gamma(size) - log_gamma(b) - size * std::log1p(mean / size) -
                           b * std::log1p(size / mean);
  const double front = std::exp(log_front);
  if (p < (size + 1) / (size + b + 2)) return front * beta_fraction(size, b, p) / size;
  return 1 - front * beta_fraction(b, size, mean / (size + mean)) / b;
}

/// Two whole numbers with sum(below) < u <= sum(above).
struct Bounds {
  double below;
  double above;
};

/// Encloses the quantile from a guess, by steps that double.
template <typename Sum>
Bounds enclose(double u, double guess, double step, Sum&& sum) noexcept {
  if (sum(guess) < u) {
    Bounds bounds{guess, guess + step};
    for (; sum(bounds.above) < u && std::isfinite(bounds.above); step *= 2) {
      bounds = {bounds.above, bounds.above + 2 * step};
    }
    return bounds;
  }
  Bounds bounds{guess - step, guess};
  for (; bounds.below >= 0 && sum(bounds.below) >= u; step *= 2) bounds = {bounds.below - 2 * step, bounds.below};
  return {std::max(bounds.below, -1.0), bounds.above};
}

/// The smallest k with sum(k) >= u.
template <typename Sum>
double search(double u, double guess, double step, Sum&& sum) noexcept {
  Bounds bounds = enclose(u, std::max(0.0, std::floor(guess)), std::max(1.0, std::floor(step)), sum);
  while (bounds.above - bounds.below > 1) {
    const double middle = std::floor((bounds.above + bounds.below) / 2);
    (sum(middle) >= u ? bounds.above : bounds.below) = middle;
  }
  return bounds.above;
}

/// Adds term after term from zero. `ratio(k)` is P(k + 1) / P(k). Ends where terms no longer change the sum.
template <typename Ratio>
double add_up_to(double u, double first, double mean, Ratio&& ratio) noexcept {
  double k = 0;
  double term = first;
  double sum = first;
  while (sum < u && (k < mean || term > sum * 1e-17)) {
    term *= ratio(k);
    sum += term;
    k += 1;
  }
  return k;
}

/// Up to here counts are dealt one by one; this many take a third of a second.
constexpr std::int64_t most_dealt = std::int64_t{1} << 25;

/// A binomial quantile of many trials: by its limits, Poisson where the share is small, else normal.
double binomial_quantile(double u, double n, double share) noexcept {
  constexpr double rare = 1e-4;
  const double mean = n * share;
  if (share <= rare) return std::min(poisson_quantile(u, mean), n);
  const double guess = mean + std::sqrt(mean * (1 - share)) * normal_quantile(u);
  return std::clamp(std::nearbyint(guess), 0.0, n);
}

/// Each position takes its share of what those before it left, in a time that does not grow with `n`.
void multinomial_by_position(std::int64_t n, std::span<const double> weights, const Random& random, std::span<double> counts) {
  std::vector<double> uniforms(weights.size());
  random.uniforms(uniforms);
  std::vector<double> rest(weights.size() + 1);  // sums from the end: nothing is left below zero by rounding
  for (std::size_t i = weights.size(); i-- > 0;) rest[i] = rest[i + 1] + weights[i];
  auto left = static_cast<double>(n);
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const bool is_last = rest[i + 1] <= 0;
    const double taken = weights[i] <= 0 ? 0 : is_last ? left : binomial_quantile(uniforms[i], left, weights[i] / rest[i]);
    counts[i] = taken;
    left -= taken;
  }
}

}  // namespace

double normal_quantile(double u) noexcept {
  const double q = u - 0.5;
  if (std::abs(q) <= 0.425) {
    constexpr std::array<double, 8> over{3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3,
                                         1.3731693765509461125e4, 4.5921953931549871457e4, 6.7265770927008700853e4,
                                         3.3430575583588128105e4, 2.5090809287301226727e3};
    constexpr std::array<double, 8> under{1.0,
                                          4.2313330701600911252e1,
                                          6.8718700749205790830e2,
                                          5.3941960214247511077e3,
                                          2.1213794301586595867e4,
                                          3.9307895800092710610e4,
                                          2.8729085735721942674e4,
                                          5.2264952788528545610e3};
    const double r = 0.180625 - q * q;
    return q * polynomial(over, r) / polynomial(under, r);
  }
  const double r = std::sqrt(-std::log(std::min(u, 1 - u)));
  double value = 0;
  if (r <= 5) {
    constexpr std::array<double, 8> over{1.42343711074968357734e0,  4.63033784615654529590e0, 5.76949722146069140550e0,
                                         3.64784832476320460504e0,  1.27045825245236838258e0, 2.41780725177450611770e-1,
                                         2.27238449892691845833e-2, 7.74545014278341407640e-4};
    constexpr std::array<double, 8> under{1.0,
                                          2.05319162663775882187e0,
                                          1.67638483018380384940e0,
                                          6.89767334985100004550e-1,
                                          1.48103976427480074590e-1,
                                          1.51986665636164571966e-2,
                                          5.47593808499534494600e-4,
                                          1.05075007164441684324e-9};
    value = polynomial(over, r - 1.6) / polynomial(under, r - 1.6);
  } else {
    constexpr std::array<double, 8> over{
        6.65790464350110377720e0,  5.46378491116411436990e0,  1.78482653991729133580e0,  2.96560571828504891230e-1,
        2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7};
    constexpr std::array<double, 8> under{1.0,
                                          5.99832206555887937690e-1,
                                          1.36929880922735805310e-1,
                                          1.48753612908506148525e-2,
                                          7.86869131145613259100e-4,
                                          1.84631831751005468180e-5,
                                          1.42151175831644588870e-7,
                                          2.04426310338993978564e-15};
    value = polynomial(over, r - 5) / polynomial(under, r - 5);
  }
  return q < 0 ? -value : value;
}

double poisson_quantile(double u, double mean) noexcept {
  if (mean <= 0) return 0;
  if (mean <= largest_summed_mean) {
    return add_up_to(u, std::exp(-mean), mean, [mean](double k) { return mean / (k + 1); });
  }
  const double z = normal_quantile(u);
  const double guess = mean + std::sqrt(mean) * z + (z * z - 1) / 6;
  if (mean > largest_searched_mean) return std::max(0.0, std::nearbyint(guess));
  return search(u, guess, 1, [mean](double k) { return poisson_sum(k, mean); });
}

double negative_binomial_quantile(double u, double mean, double size) noexcept {
  if (mean <= 0) return 0;
  if (!(mean / size > 1e-9)) return poisson_quantile(u, mean);
  const double log_first = -size * std::log1p(mean / size);
  if (mean <= largest_summed_mean && log_first > -650) {
    const double q = mean / (size + mean);
    return add_up_to(u, std::exp(log_first), mean, [=](double k) { return (k + size) / (k + 1) * q; });
  }
  const double deviation = std::sqrt(mean + mean * mean / size);
  const double guess = mean + deviation * normal_quantile(u);
  if (mean > largest_searched_mean) return std::max(0.0, std::nearbyint(guess));
  return search(u, guess, deviation / 8, [=](double k) { return negative_binomial_sum(k, mean, size); });
}

void multinomial(std::int64_t n, std::span<const double> weights, const Random& random, std::span<double> counts) {
  assert(weights.size() == counts.size());
  if (n > most_dealt) return multinomial_by_position(n, weights, random, counts);
  std::vector<double> sums(weights.size());
  double total = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) sums[i] = total += weights[i];
  assert(total > 0 && std::isfinite(total));
  // guide[b]: the first position whose sum passes b/n of the total; where the search for a number in that bucket
  // begins.
  std::vector<std::size_t> guide(weights.size() + 1);
  for (std::size_t bucket = 0, at = 0; bucket < guide.size(); ++bucket) {
    const double start = total * (static_cast<double>(bucket) / static_cast<double>(guide.size()));
    while (at + 1 < sums.size() && sums[at] <= start) ++at;
    guide[bucket] = at;
  }
  std::fill(counts.begin(), counts.end(), 0.0);
  const double last = std::nextafter(total, 0.0);
  std::array<double, 256> uniforms{};
  for (std::int64_t first = 0; first < n; first += 256) {
    random.fine_uniforms(static_cast<std::uint64_t>(first), uniforms);
    const auto here = static_cast<std::size_t>(std::min<std::int64_t>(256, n - first));
    for (std::size_t i = 0; i < here; ++i) {
      const double target = std::min(uniforms[i] * total, last);
      std::size_t at = guide[static_cast<std::size_t>(uniforms[i] * static_cast<double>(guide.size()))];
      while (sums[at] <= target) ++at;
      counts[at] += 1;
    }
  }
}

}  // namespace gemflow
