// SPDX-License-Identifier: Apache-2.0
#include "synthesize_api/wire/count_list.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "gemflow/ops/numbers.hpp"
#include "synthesize_api/wire/elements.hpp"
#include "synthesize_api/wire/json_text.hpp"

namespace gemflow::synthesize_api {
namespace {

constexpr double largest_count = 9'007'199'254'740'992;  // 2^53: beyond it whole numbers are missing

// Bytes are compared as a little-endian number: x86-64 and ARM are.
std::uint64_t eight_bytes(const char* at) noexcept {
  std::uint64_t bytes = 0;
  std::memcpy(&bytes, at, sizeof bytes);
  return bytes;
}

/// Up to seven digits at the front of eight bytes, all at once.
struct Digits {
  int length;  ///< 8: more than seven
  std::uint64_t value;
};

Digits digits_of(std::uint64_t bytes) noexcept {
  const std::uint64_t t = bytes ^ 0x3030303030303030U;                                        // digits become 0 to 9
  const std::uint64_t others = ((t + 0x7676767676767676U) | t) & 0x8080808080808080U;         // the first one counts
  if (others == 0) return {8, 0};
  const int length = __builtin_ctzll(others) >> 3;
  if (length == 0) return {0, 0};
  std::uint64_t v = t << (64 - 8 * length);  // zeros in front
  v = (v * 2561) >> 8;
  v = ((v & 0x00FF00FF00FF00FFU) * 6553601) >> 16;
  v = ((v & 0x0000FFFF0000FFFFU) * 42949672960001U) >> 32;
  return {length, v};
}

/// A place in a list's text and in the row that it becomes.
struct Cursor {
  const char* at;
  std::int64_t index;
  CountRows::Room room;
  std::size_t filled;

  void put(std::uint64_t value) noexcept {
    room.genes[filled] = static_cast<std::int32_t>(index);
    room.values[filled] = static_cast<double>(value);
    filled += value != 0 ? 1 : 0;
    ++index;
  }
  void step(std::ptrdiff_t n) noexcept {
    at += n;
    if (*at == ' ') ++at;
  }
};

/// Takes numbers of one digit, and runs of zeros, while they come; leaves the cursor at a value.
void take_single_digits(Cursor& cursor) noexcept {
  const std::uint64_t four_zeros = eight_bytes("0,0,0,0,");
  for (;;) {
    if (eight_bytes(cursor.at) == four_zeros) {
      cursor.index += 4;
      cursor.at += 8;
      continue;
    }
    const unsigned digit = static_cast<unsigned char>(cursor.at[0]) - unsigned{'0'};
    if (digit > 9 || cursor.at[1] != ',') return;
    cursor.put(digit);
    cursor.step(2);
  }
}

/// One number of up to seven digits with its comma; false, and nothing taken, if another thing stands there.
bool take_digits(Cursor& cursor) noexcept {
  const Digits digits = digits_of(eight_bytes(cursor.at));
  if (digits.length == 0 || digits.length == 8 || cursor.at[digits.length] != ',') return false;
  if (*cursor.at == '0' && digits.length > 1) return false;
  cursor.put(digits.value);
  cursor.step(digits.length + 1);
  return true;
}

/// Whether most numbers near the window's begin have one digit.
bool has_short_numbers(std::string_view text) noexcept {
  text = text.substr(0, 256);
  const auto commas = std::count(text.begin(), text.end(), ',');
  const auto digits = std::count_if(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  return 2 * digits < 3 * commas;
}

/// Takes simple numbers up to the first that is not, or whose end is not in the window.
std::int64_t take_simple(Window& window, std::int64_t index, CountRows& rows) {
  const bool is_short = has_short_numbers(window.text());
  Cursor cursor{window.begin(), index, rows.room(window.size() / 2 + 1), 0};
  do {
    if (is_short) take_single_digits(cursor);
  } while (take_digits(cursor));
  window.move_to(cursor.at);
  rows.fill(cursor.filled);
  return cursor.index;
}

std::string row_fault(std::int64_t length, const CountRules& rules, const CountRows& rows) {
  if (length >= rules.longest) return fmt::format("the list is longer than {}", with_commas(rules.longest));
  if (rules.most_nonzeros > 0 && rows.n_nonzeros() > rules.most_nonzeros) {
    return fmt::format("there are more than {} counts that are not 0", with_commas(rules.most_nonzeros));
  }
  return {};
}

}  // namespace

CountChunk CountRows::finish(bool has_fractions) {
  drop_row();
  chunk_.resize_nonzeros(n_nonzeros_);
  const auto values = chunk_.values();
  const double largest = values.empty() ? 0 : *std::max_element(values.begin(), values.end());
  const bool is_small = largest <= std::numeric_limits<std::int32_t>::max();
  chunk_.stored_type(has_fractions ? ValueType::float64 : is_small ? ValueType::int32 : ValueType::int64);
  return std::move(chunk_);
}

std::string count_fault(std::string_view json_number, double value, bool takes_fractions) {
  if (value < 0) return fmt::format("{} is negative", json_number.substr(0, 40));
  if (value > largest_count) return fmt::format("{} is too large for a count", json_number.substr(0, 40));
  if (!takes_fractions && value != std::floor(value)) return fmt::format("{} is not whole", json_number.substr(0, 40));
  return {};
}

ListRead read_counts(Window& window, const CountRules& rules, CountRows& rows) {
  ListRead list;
  Elements elements(window, ']');
  while (list.fault.empty() && elements.next()) {
    list.length = take_simple(window, list.length, rows);
    if (!elements.resume()) break;
    const std::string_view number = elements.take_number();
    if (number.empty()) break;
    const double value = number_of(number);
    list.fault = count_fault(number, value, rules.takes_fractions);
    if (!list.fault.empty()) break;
    list.has_fractions = list.has_fractions || value != std::floor(value);
    if (value != 0) rows.append(static_cast<std::int32_t>(list.length), value);
    list.fault = row_fault(list.length, rules, rows);
    if (!list.fault.empty()) break;
    ++list.length;
  }
  list.is_json = elements.is_json();
  return list;
}

ListRead read_floats(Window& window, std::vector<float>& values) {
  ListRead list;
  Elements elements(window, ']');
  for (; elements.next(); ++list.length) {
    window.reach(Elements::longest);
    if (window.text().substr(0, 4) == "null") {
      window.move_to(window.begin() + 4);
      values.push_back(std::numeric_limits<float>::quiet_NaN());
      continue;
    }
    const std::string_view number = elements.take_number();
    if (number.empty()) break;
    values.push_back(float_of(number));
    if (!std::isfinite(values.back())) {
      list.fault = fmt::format("{} is too large", number.substr(0, 40));
      break;
    }
  }
  list.is_json = elements.is_json();
  return list;
}

}  // namespace gemflow::synthesize_api
