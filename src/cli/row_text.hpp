// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <charconv>
#include <cmath>
#include <string>

#include "gemflow/core/chunk.hpp"

namespace gemflow::cli {

/// A number's shortest text that reads back as the same; empty for what is no number.
template <typename Number>
[[nodiscard]] std::string shortest(Number number) {
  if (std::isnan(static_cast<double>(number))) return {};
  std::array<char, 32> digits{};
  return {digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr};
}

/// A row of a column as tables have it: flags as TRUE and FALSE, nothing where it is missing.
[[nodiscard]] inline std::string field_text(const Column& column, std::size_t row) {
  const auto* const flags = std::get_if<std::vector<bool>>(&column.values);
  if (flags != nullptr) return (*flags)[row] ? "TRUE" : "FALSE";
  return column.text_at(row);
}

}  // namespace gemflow::cli
