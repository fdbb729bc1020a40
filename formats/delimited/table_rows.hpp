// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "delimited/table_head.hpp"
#include "text_lines.hpp"

namespace gemflow {

/// The numbers of a row that are not zero, as their columns (counted among the columns of values) and values.
struct RowValues {
  std::vector<std::int32_t> columns;
  std::vector<double> values;
};

/// Reads a table's rows one by one, from the first.
class TableRows {
 public:
  /// REQUIRES: the head is that of the file. Errors: as TextLines.
  TableRows(const std::filesystem::path& path, TableHead head, const Job& job);

  [[nodiscard]] const TableHead& head() const noexcept { return head_; }
  /// Goes to the next row; false after the last.
  bool next();
  /// The values of the row that `next` went to. Errors: input (a field too many or too few, a missing value, a decimal
  /// comma, anything else that is no number), with the line, the row's name and the column's.
  void parse(RowValues& out);
  void rewind();
  [[nodiscard]] Error error_here(std::string_view fault) const { return lines_.error_here(fault); }

 private:
  void skip_leading(std::string_view& rest);
  double slow_number(std::string_view& rest, std::size_t column);
  void require_end(std::string_view rest) const;
  [[nodiscard]] Error wrong_length() const;
  [[nodiscard]] Error no_number(const std::string& text, std::size_t column) const;

  TextLines lines_;
  TableHead head_;
  std::string_view row_;
  std::string field_;
};

}  // namespace gemflow
