// SPDX-License-Identifier: Apache-2.0
#include "synthesize_api/wire/json_writer.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>
#include <string>

#include "gemflow/core/error.hpp"
#include "synthesize_api/wire/json_text.hpp"

namespace gemflow::synthesize_api {
namespace {

constexpr std::uint32_t table_size = 10'000;
constexpr std::size_t longest_number = 40;

/// ",0" to ",9999" in eight bytes each, the last of which is the length; and "0000" to "9999".
struct NumberTable {
  std::array<std::array<char, 8>, table_size> with_comma{};
  std::array<std::array<char, 4>, table_size> four_digits{};

  constexpr NumberTable() {
    for (std::uint32_t number = 0; number < table_size; ++number) {
      std::uint32_t rest = number;
      for (std::size_t place = 4; place-- > 0; rest /= 10) four_digits[number][place] = static_cast<char>('0' + rest % 10);
      const std::size_t length = number < 10 ? 1 : number < 100 ? 2 : number < 1000 ? 3 : 4;
      with_comma[number][0] = ',';
      for (std::size_t i = 0; i < length; ++i) with_comma[number][1 + i] = four_digits[number][4 - length + i];
      with_comma[number][7] = static_cast<char>(1 + length);
    }
  }
};

const NumberTable& number_table() {
  static const NumberTable table;
  return table;
}

/// ",0" so often that most gaps are one copy.
constexpr std::size_t most_zeros = 1024;
const std::string& zero_pattern() {
  static const std::string pattern = [] {
    std::string zeros;
    for (std::size_t i = 0; i < most_zeros; ++i) zeros += ",0";
    return zeros;
  }();
  return pattern;
}

constexpr std::string_view few_zeros = ",0,0,0,0";
constexpr std::int64_t most_copied = 4;

char* put_any(char* at, double value) {
  if (!std::isfinite(value)) throw Error(ErrorKind::internal, "writing JSON: a count is not finite");
  *at = ',';
  std::string text;
  append_number(text, value);
  return std::copy(text.begin(), text.end(), at + 1);
}

/// A comma and the count. REQUIRES: room for `longest_number` bytes.
char* put_count(const NumberTable& table, char* at, double value) {
  const bool is_short = value >= 0 && value < 1e8;
  const std::uint32_t whole = is_short ? static_cast<std::uint32_t>(value) : 0;
  if (!is_short || static_cast<double>(whole) != value) return put_any(at, value);
  const std::uint32_t high = whole / table_size;
  const auto& first = table.with_comma[high > 0 ? high : whole];
  std::memcpy(at, first.data(), first.size());
  at += first[7];
  if (high == 0) return at;
  std::memcpy(at, table.four_digits[whole % table_size].data(), 4);
  return at + 4;
}

}  // namespace

void JsonWriter::flush() {
  if (size_ > 0) body_.write({bytes_.get(), size_});
  size_ = 0;
}

void JsonWriter::raw(std::string_view json) {
  if (json.size() > capacity) {
    flush();
    body_.write(json);
    return;
  }
  char* at = room(json.size());
  fill_to(std::copy(json.begin(), json.end(), at));
}

void JsonWriter::text(std::string_view text) {
  scratch_.clear();
  append_text(scratch_, text);
  raw(scratch_);
}

void JsonWriter::number(double number) {
  if (!std::isfinite(number)) return raw("null");
  scratch_.clear();
  append_number(scratch_, number);
  raw(scratch_);
}

void JsonWriter::number(float number) {
  if (!std::isfinite(number)) return raw("null");
  char* at = room(longest_number);
  fill_to(std::to_chars(at, at + longest_number, number).ptr);
}

void JsonWriter::number(std::uint64_t number) {
  char* at = room(longest_number);
  fill_to(std::to_chars(at, at + longest_number, number).ptr);
}

void JsonWriter::zeros(std::int64_t n) {
  while (n > 0) {
    const std::size_t some = std::min(most_zeros, static_cast<std::size_t>(n));
    char* at = room(2 * most_zeros);
    std::memcpy(at, zero_pattern().data(), 2 * some);
    fill_to(at + 2 * some);
    n -= static_cast<std::int64_t>(some);
  }
}

void JsonWriter::counts(const CellCounts& cell, std::int64_t n_genes) {
  if (n_genes == 0) return raw("[]");
  const NumberTable& table = number_table();
  std::size_t i = !cell.genes.empty() && cell.genes[0] == 0 ? 1 : 0;
  std::array<char, longest_number> first{};
  const char* end = put_count(table, first.data(), i == 1 ? cell.values[0] : 0);
  first[0] = '[';  // where the others have a comma
  raw({first.data(), static_cast<std::size_t>(end - first.data())});
  std::int64_t next = 1;
  for (; i < cell.genes.size(); ++i) {
    std::int64_t gap = cell.genes[i] - next;
    if (gap > most_copied) {
      zeros(gap);
      gap = 0;
    }
    char* at = room(longest_number + few_zeros.size());
    std::memcpy(at, few_zeros.data(), few_zeros.size());  // all of them, whether wanted or not: no branch
    fill_to(put_count(table, at + 2 * gap, cell.values[i]));
    next = std::int64_t{cell.genes[i]} + 1;
  }
  zeros(n_genes - next);
  raw("]");
}

}  // namespace gemflow::synthesize_api
