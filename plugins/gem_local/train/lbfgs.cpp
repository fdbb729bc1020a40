// SPDX-License-Identifier: Apache-2.0
#include "gem_local/train/lbfgs.hpp"

#include <algorithm>
#include <cmath>
#include <deque>
#include <vector>

namespace gemflow::gem_local {
namespace {

constexpr std::size_t memory = 10;
constexpr int most_halvings = 30;
constexpr double sufficient_decrease = 1e-4;

struct Pair {
  Eigen::VectorXd step, change;  ///< of the point and of the gradient
  double inverse_product = 0;
};

/// The two-loop recursion: minus the inverse Hessian's estimate times the gradient.
Eigen::VectorXd direction(const std::deque<Pair>& pairs, const Eigen::VectorXd& gradient) {
  Eigen::VectorXd q = -gradient;
  std::vector<double> alphas(pairs.size());
  for (std::size_t i = pairs.size(); i-- > 0;) {
    alphas[i] = pairs[i].inverse_product * pairs[i].step.dot(q);
    q -= alphas[i] * pairs[i].change;
  }
  if (!pairs.empty()) {
    const Pair& last = pairs.back();
    q *= 1 / (last.inverse_product * last.change.squaredNorm());
  }
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const double beta = pairs[i].inverse_product * pairs[i].change.dot(q);
    q += (alphas[i] - beta) * pairs[i].step;
  }
  return q;
}

}  // namespace

Eigen::VectorXd minimise(const Objective& objective, Eigen::VectorXd at, int most_steps, double tolerance) {
  Eigen::VectorXd gradient(at.size()), next_gradient(at.size());
  double value = objective(at, gradient);
  std::deque<Pair> pairs;
  for (int step = 0; step < most_steps; ++step) {
    const Eigen::VectorXd way = direction(pairs, gradient);
    const double slope = way.dot(gradient);
    if (slope >= 0) break;
    double length = pairs.empty() ? std::min(1.0, 1 / gradient.norm()) : 1.0;
    Eigen::VectorXd next = at + length * way;
    double next_value = objective(next, next_gradient);
    for (int i = 0; i < most_halvings && !(next_value <= value + sufficient_decrease * length * slope); ++i) {
      length /= 2;
      next = at + length * way;
      next_value = objective(next, next_gradient);
    }
    if (!(next_value < value)) break;
    Pair pair{next - at, next_gradient - gradient, 0};
    const double product = pair.step.dot(pair.change);
    if (product > 1e-12) {
      pair.inverse_product = 1 / product;
      pairs.push_back(std::move(pair));
      if (pairs.size() > memory) pairs.pop_front();
    }
    const double gain = value - next_value;
    at = std::move(next);
    gradient = next_gradient;
    value = next_value;
    if (gain < tolerance * std::max(std::abs(value), 1e-12)) break;
  }
  return at;
}

}  // namespace gemflow::gem_local
