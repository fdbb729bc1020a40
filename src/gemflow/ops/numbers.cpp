// SPDX-License-Identifier: Apache-2.0
#include "gemflow/ops/numbers.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace gemflow {

std::string with_commas(std::int64_t number) {
  std::string digits = fmt::format("{}", number);
  const std::size_t first = number < 0 ? 1 : 0;
  for (std::size_t at = digits.size(); at > first + 3;) {
    at -= 3;
    digits.insert(at, 1, ',');
  }
  return digits;
}

std::string percent(double share) {
  if (share <= 0) return "0 %";
  if (share >= 1) return "100 %";
  if (share < 0.0005) return "below 0.1 %";
  return fmt::format("{:.1f} %", std::min(100 * share, 99.9));
}

}  // namespace gemflow
