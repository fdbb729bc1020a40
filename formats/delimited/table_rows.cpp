// SPDX-License-Identifier: Apache-2.0
#include "delimited/table_rows.hpp"

#include <algorithm>
#include <cctype>
#include <utility>

#include <fmt/core.h>

#include "delimited/fields.hpp"

namespace gemflow {
namespace {

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

/// A run of at most 15 digits that ends at a delimiter or the line's end, as nearly all counts are.
/// `rest` is left at the delimiter, and where it was if there is something else.
bool take_whole_number(std::string_view& rest, char delimiter, double& number) noexcept {
  std::int64_t whole = 0;
  std::size_t n = 0;
  for (; n < rest.size() && n < 15 && is_digit(rest[n]); ++n) whole = 10 * whole + (rest[n] - '0');
  if (n == 0 || (n < rest.size() && rest[n] != delimiter)) return false;
  rest.remove_prefix(n);
  number = static_cast<double>(whole);
  return true;
}

}  // namespace

TableRows::TableRows(const std::filesystem::path& path, TableHead head, const Job& job)
    : lines_(path, job), head_(std::move(head)) {
  rewind();
}

void TableRows::rewind() {
  lines_.rewind();
  std::string_view line;
  while (lines_.number() < head_.n_lines && lines_.next(line)) {
  }
}

bool TableRows::next() { return next_row(lines_, head_, row_); }

void TableRows::skip_leading(std::string_view& rest) {
  for (std::size_t i = 0; i < head_.n_leading(); ++i) {
    const bool is_good = rest.data() != nullptr && take_field(rest, head_.delimiter, field_);
    if (!is_good || rest.data() == nullptr) throw wrong_length();
  }
}

void TableRows::parse(RowValues& out) {
  out.columns.clear();
  out.values.clear();
  std::string_view rest = row_;
  skip_leading(rest);
  for (std::size_t column = 0; column < head_.columns.size(); ++column) {
    if (rest.data() == nullptr) throw wrong_length();
    double number = 0;
    if (head_.delimiter != ' ' && take_whole_number(rest, head_.delimiter, number)) {
      rest = rest.empty() ? std::string_view() : rest.substr(1);
    } else {
      number = slow_number(rest, column);
    }
    if (number == 0) continue;
    out.columns.push_back(static_cast<std::int32_t>(column));
    out.values.push_back(number);
  }
  require_end(rest);
}

double TableRows::slow_number(std::string_view& rest, std::size_t column) {
  if (!take_field(rest, head_.delimiter, field_)) throw lines_.error_here("opens a quote and does not close it");
  if (const std::optional<double> number = number_in(field_)) return *number;
  const std::optional<std::vector<std::string>> fields = split(row_, head_.delimiter);
  const bool is_ragged = fields && fields->size() != head_.n_fields() + (head_.has_empty_end ? 1 : 0);
  if (is_ragged) throw wrong_length();
  throw no_number(field_, column);
}

void TableRows::require_end(std::string_view rest) const {
  const bool is_end = rest.data() == nullptr || (head_.has_empty_end && rest.empty());
  if (!is_end) throw wrong_length();
}

Error TableRows::wrong_length() const {
  const std::optional<std::vector<std::string>> fields = split(row_, head_.delimiter);
  if (!fields) return lines_.error_here("opens a quote and does not close it");
  return lines_.error_here(fmt::format("('{}') has {} fields, and the header stands for {}",
                                       printable(fields->front(), 60), fields->size(), head_.n_fields()));
}

Error TableRows::no_number(const std::string& text, std::size_t column) const {
  std::string_view rest = row_;
  std::string name;
  take_field(rest, head_.delimiter, name);
  const std::string where = fmt::format("'{}' for '{}' in column '{}'", printable(text, 60), printable(name, 60),
                                        printable(head_.columns[column], 60));
  if (is_missing(text)) {
    return lines_.error_here(fmt::format("holds {}, where a count is missing", where),
                             "write 0 if it was counted and not found, or leave the row or column out");
  }
  if (has_comma_within(text)) {
    return lines_.error_here(fmt::format("holds {}: commas within numbers are not read", where),
                             "write 1.5 for 1,5 and 1234 for 1,234");
  }
  return lines_.error_here(fmt::format("holds {}, which is no number", where));
}

}  // namespace gemflow
