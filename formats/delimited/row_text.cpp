// SPDX-License-Identifier: Apache-2.0
#include "delimited/row_text.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <variant>

namespace gemflow {
namespace {

constexpr double largest_whole = 9007199254740992;  // 2^53

template <typename Number>
void append_shortest(std::string& text, Number number) {
  std::array<char, 32> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  text.append(digits.data(), end);
}

bool needs_quotes(std::string_view field, char delimiter) {
  if (field.empty()) return false;
  const bool has_blank = field.front() == ' ' || field.back() == ' ';
  return has_blank || field.find_first_of("\"\r\n") != std::string_view::npos ||
         field.find(delimiter) != std::string_view::npos;
}

void append_zeros(std::string& text, std::int64_t n, char delimiter) {
  for (std::int64_t i = 0; i < n; ++i) {
    text += delimiter;
    text += '0';
  }
}

}  // namespace

void append_field(std::string& text, std::string_view field, char delimiter) {
  if (!needs_quotes(field, delimiter)) {
    text += field;
    return;
  }
  text += '"';
  for (const char c : field) {
    if (c == '"') text += '"';
    text += c;
  }
  text += '"';
}

void append_number(std::string& text, double value, ValueType stored) {
  if (std::trunc(value) == value && std::abs(value) <= largest_whole) {
    append_shortest(text, static_cast<std::int64_t>(value));
  } else if (stored == ValueType::float32) {
    append_shortest(text, static_cast<float>(value));
  } else {
    append_shortest(text, value);
  }
}

void append_value(std::string& text, const Column& column, std::size_t row, char delimiter) {
  if (const auto* const flags = std::get_if<std::vector<bool>>(&column.values)) {
    text += (*flags)[row] ? "TRUE" : "FALSE";
  } else {
    append_field(text, column.text_at(row), delimiter);
  }
}

void append_counts(std::string& text, CellCounts counts, std::int64_t n_genes, ValueType stored, char delimiter) {
  std::int64_t next_gene = 0;
  for (std::size_t i = 0; i < counts.genes.size(); ++i) {
    append_zeros(text, counts.genes[i] - next_gene, delimiter);
    text += delimiter;
    append_number(text, counts.values[i], stored);
    next_gene = counts.genes[i] + 1;
  }
  append_zeros(text, n_genes - next_gene, delimiter);
}

}  // namespace gemflow
