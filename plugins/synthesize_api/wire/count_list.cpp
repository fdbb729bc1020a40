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

/// The high bit of each byte that is not from 0 to 9.
std::uint64_t no_digits(std::uint64_t bytes) noexcept {
  return (((bytes & 0x7F7F7F7F7F7F7F7FU) + 0x7676767676767676U) | bytes) & 0x8080808080808080U;
}

/// What eight digits mean, the first one in the lowest byte, each from 0 to 9.
std::uint64_t value_of(std::uint64_t digits) noexcept {
  digits = (digits * 2561) >> 8;
  digits = ((digits & 0x00FF00FF00FF00FFU) * 6553601) >> 16;
  return ((digits & 0x0000FFFF0000FFFFU) * 42949672960001U) >> 32;
}

/// Up to seven digits at the front of eight bytes, all at once.
struct Digits {
  int length;  ///< 8: more than seven
  std::uint64_t value;
};

Digits digits_of(std::uint64_t bytes) noexcept {
  const std::uint64_t t = bytes ^ 0x3030303030303030U;  // digits become 0 to 9
  const std::uint64_t others = no_digits(t);            // the first one counts
  if (others == 0) return {8, 0};
  const int length = __builtin_ctzll(others) >> 3;
  if (length == 0) return {0, 0};
  return {length, value_of(t << (64 - 8 * length))};  // zeros in front
}

/// A place in a list's text and in the row that it becomes.
struct Cursor {
  const char* at;
  std::int64_t index;
  CountRows::Room room;
  std::size_t filled;

  void put(std::uint64_t value) noexcept {
    room.genes[filled] = static_cast<std::int32_t>(index);
    room.values[filled] = static_cast<double>(static_cast<std::int64_t>(value));  // signed: one instruction
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

constexpr std::size_t block = 64;
static_assert(block <= Window::slack);

struct BlockView {
  std::uint64_t commas;  ///< bit i for byte i
  bool is_plain;         ///< all other bytes are digits
};

BlockView view_block(const char* at) noexcept {
  BlockView view{0, true};
  std::uint64_t foreign = 0;
  for (std::size_t i = 0; i < block / 8; ++i) {
    const std::uint64_t bytes = eight_bytes(at + 8 * i);
    const std::uint64_t others = bytes ^ 0x2C2C2C2C2C2C2C2CU;  // a comma becomes 0
    const std::uint64_t none = ~(((others & 0x7F7F7F7F7F7F7F7FU) + 0x7F7F7F7F7F7F7F7FU) | others) & 0x8080808080808080U;
    view.commas |= (((none >> 7) * 0x0102040810204080U) >> 56) << (8 * i);
    foreign |= no_digits(bytes ^ 0x3030303030303030U) ^ none;
  }
  view.is_plain = foreign == 0;
  return view;
}

/// Takes the numbers of one block, up to its last comma, without a branch for any of them: processors guess neither their lengths
/// nor which are 0. False, and nothing taken, where one of them is not a number of up to eight digits.
template <bool is_plain>
bool take_block(Cursor& cursor, std::uint64_t commas) noexcept {
  Cursor ahead = cursor;
  std::uint64_t faults = 0;
  for (; commas != 0; commas &= commas - 1) {
    const char* const comma = cursor.at + __builtin_ctzll(commas);
    const char* const first = is_plain || *ahead.at != ' ' ? ahead.at : ahead.at + 1;
    const auto length = static_cast<std::uint64_t>(comma - first);
    const std::uint64_t bytes = eight_bytes(first) ^ 0x3030303030303030U;
    const std::uint64_t digits = bytes << ((64 - 8 * length) % 64);
    if (!is_plain) faults |= no_digits(digits);
    faults |= static_cast<std::uint64_t>(length - 1 >= 8);
    faults |= static_cast<std::uint64_t>(static_cast<unsigned>((bytes & 0xFF) == 0) & static_cast<unsigned>(length > 1));
    ahead.put(value_of(digits));
    ahead.at = comma + 1;
  }
  if (faults != 0) return false;
  cursor = ahead;
  return true;
}

/// Takes blocks of numbers while they come.
void take_blocks(Cursor& cursor, const char* end) noexcept {
  while (static_cast<std::size_t>(end - cursor.at) >= block) {
    const BlockView view = view_block(cursor.at);
    if (view.commas == 0) return;
    if (!(view.is_plain ? take_block<true>(cursor, view.commas) : take_block<false>(cursor, view.commas))) return;
  }
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
    if (is_short) {
      take_single_digits(cursor);
    } else {
      take_blocks(cursor, window.end());
    }
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
