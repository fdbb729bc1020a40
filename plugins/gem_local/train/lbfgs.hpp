// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include <Eigen/Core>

namespace gemflow::gem_local {

/// Value of a smooth convex function at a point; fills the gradient.
using Objective = std::function<double(const Eigen::VectorXd& at, Eigen::VectorXd& gradient)>;

/// Minimises from `start` by limited-memory BFGS with backtracking (Nocedal and Wright, algorithm 7.4). Stops when a
/// step gains less than `tolerance` of the value, or after `most_steps`.
[[nodiscard]] Eigen::VectorXd minimise(const Objective& objective, Eigen::VectorXd start, int most_steps,
                                       double tolerance);

}  // namespace gemflow::gem_local
