// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>

#include "gem_local/arrays.hpp"

namespace gemflow::gem_local {

/// a·b, summed over slices of the inner dimension that fit into the nearest memory of every processor. Eigen cuts longer
/// sums where this processor's memory ends, and another processor would get other last bits.
template <typename Left, typename Right>
[[nodiscard]] auto product(const Left& a, const Right& b) {
  constexpr Index slice = 256;
  using Result = Eigen::Matrix<typename Left::Scalar, Eigen::Dynamic, Eigen::Dynamic>;
  Result sum = Result::Zero(a.rows(), b.cols());
  for (Index begin = 0; begin < a.cols(); begin += slice) {
    const Index n = std::min(slice, a.cols() - begin);
    const Result part = a.middleCols(begin, n) * b.middleRows(begin, n);
    sum += part;
  }
  return sum;
}

}  // namespace gemflow::gem_local
