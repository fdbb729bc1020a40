// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "synthesize_api/wire/count_rows.hpp"
#include "synthesize_api/wire/window.hpp"

namespace gemflow::synthesize_api {

/// What a list of numbers was, as far as it went: up to its closing bracket, which stays in the window, or up to what is
/// no number, which the lexer is to look at.
struct ListRead {
  std::int64_t length = 0;
  bool is_json = true;         ///< false: commas are wrong at the window's begin
  bool has_fractions = false;
  std::string fault;           ///< what is wrong with the number at `length`; empty: nothing
};

/// Which counts are taken.
struct CountRules {
  bool takes_fractions = false;
  std::int64_t most_nonzeros = 0;  ///< of all rows; 0: no limit
  std::int64_t longest = std::numeric_limits<std::int32_t>::max();
};

/// Reads a list whose bracket was read into the row that is open: what is not 0. Twelve million counts take some 30 ms.
[[nodiscard]] ListRead read_counts(Window& window, const CountRules& rules, CountRows& rows);

/// What is wrong with a count; empty: nothing.
[[nodiscard]] std::string count_fault(std::string_view json_number, double value, bool takes_fractions);

/// The same for latents: null is NaN.
[[nodiscard]] ListRead read_floats(Window& window, std::vector<float>& values);

}  // namespace gemflow::synthesize_api
