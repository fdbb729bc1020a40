// SPDX-License-Identifier: Apache-2.0
#include "delimited/table_start.hpp"

#include <array>
#include <optional>
#include <utility>

#include "delimited/fields.hpp"

namespace gemflow {
namespace {

constexpr std::size_t n_looked_at = 20;
constexpr std::array<char, 5> delimiters{'\t', ',', ';', ' ', '|'};

/// The lines split, up to one with a quote that is not closed: whoever reads that one says so.
std::vector<Fields> split_all(const std::vector<std::string>& lines, char delimiter) {
  std::vector<Fields> rows;
  for (const std::string& line : lines) {
    std::optional<Fields> fields = split(line, delimiter);
    if (!fields) break;
    rows.push_back(std::move(*fields));
  }
  return rows;
}

/// At least two columns, the same in all rows; the first line may be a header that is one short.
bool is_table(const std::vector<Fields>& rows) {
  if (rows.empty() || rows.back().size() < 2) return false;
  const std::size_t n = rows.back().size();
  for (std::size_t i = 1; i < rows.size(); ++i) {
    if (rows[i].size() != n) return false;
  }
  return rows.front().size() == n || rows.front().size() + 1 == n;
}

/// For what no delimiter makes a table of: one that gives two columns at least, so that the odd row can be named.
bool has_columns(const std::vector<Fields>& rows) {
  return !rows.empty() && rows.front().size() > 1 && (rows.size() == 1 || rows[1].size() > 1);
}

/// Does the first line of a table open a quote and not close it?
bool opens_quote(const std::string& line) {
  return line.find_first_of("\t,;") != std::string::npos && !split(line, line.find('\t') == std::string::npos ? ',' : '\t');
}

/// The comment of its first line is a version.
bool is_gct(const TableStart& start) {
  if (start.comments.empty()) return false;
  const std::string_view version = std::string_view(start.comments.front()).substr(0, 3);
  return version == "1.2" || version == "1.3";
}

}  // namespace

TableStart read_table_start(TextLines& lines) {
  TableStart start;
  std::vector<std::string> texts;
  std::string_view line;
  while (texts.size() < n_looked_at && lines.next(line)) {
    if (line.empty()) continue;
    const bool is_comment = line.front() == '#';
    if (is_comment && texts.empty()) start.comments.emplace_back(line.substr(1));
    if (is_comment) continue;
    if (is_gct(start) && start.dimensions.empty()) {
      start.dimensions = line;
      continue;
    }
    texts.emplace_back(line);
    start.numbers.push_back(lines.number());
  }
  for (const auto is_good : {&is_table, &has_columns}) {
    for (const char delimiter : delimiters) {
      std::vector<Fields> rows = split_all(texts, delimiter);
      if (!is_good(rows)) continue;
      start.delimiter = delimiter;
      start.rows = std::move(rows);
      if (start.rows.size() < texts.size()) start.unclosed = start.numbers[start.rows.size()];
      return start;
    }
  }
  if (!texts.empty() && opens_quote(texts.front())) start.unclosed = start.numbers.front();
  return start;
}

}  // namespace gemflow
