// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "text_lines.hpp"

namespace gemflow {

/// A small table of text, read row by row: comments ('#') and empty lines left out, the delimiter told by the first
/// line (tab, comma, semicolon). A table of one column is one, too.
class TextTable {
 public:
  /// Reads the first line. Errors: input, also where there is no line.
  TextTable(const std::filesystem::path& path, const Job& job);

  /// The first line: a header, or data if the caller finds so.
  [[nodiscard]] const std::vector<std::string>& first() const noexcept { return first_; }
  /// The next row behind the first line. False after the last one.
  /// Errors: input (an unclosed quote; not as many fields as the first line; fewer are filled up, as spreadsheets cut).
  bool next(std::vector<std::string>& row);
  void rewind();
  [[nodiscard]] std::int64_t line() const noexcept { return lines_.number(); }
  [[nodiscard]] Error error_here(std::string_view fault) const { return lines_.error_here(fault); }

 private:
  bool next_line(std::string_view& line);
  [[nodiscard]] std::vector<std::string> split_line(std::string_view line) const;

  TextLines lines_;
  char delimiter_ = ',';
  std::vector<std::string> first_;
};

}  // namespace gemflow
