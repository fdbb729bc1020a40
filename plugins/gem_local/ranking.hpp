// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

namespace gemflow::gem_local {

/// Positions of the `most` largest values, ascending by position; of equal values the earlier one is taken.
template <typename Value>
[[nodiscard]] std::vector<std::int32_t> best_positions(std::span<const Value> values, std::ptrdiff_t most) {
  std::vector<std::int32_t> order(values.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::int32_t a, std::int32_t b) {
    return values[static_cast<std::size_t>(a)] > values[static_cast<std::size_t>(b)];
  });
  order.resize(std::min(order.size(), static_cast<std::size_t>(most)));
  std::sort(order.begin(), order.end());
  return order;
}

}  // namespace gemflow::gem_local
