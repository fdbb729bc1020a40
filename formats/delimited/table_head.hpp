// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "gemflow/core/job.hpp"
#include "text_lines.hpp"

namespace gemflow {

/// How a table of numbers is written, as its first lines tell.
struct TableHead {
  std::string flavour;  ///< "featureCounts", "GCT 1.2"; empty for a plain table
  char delimiter = ',';
  std::int64_t n_lines = 0;          ///< before the first row of values: comments, header
  std::vector<std::string> labels;   ///< headers of the leading columns; one may be empty
  std::vector<std::string> columns;  ///< headers of the columns of values
  bool has_empty_end = false;        ///< every line ends with a delimiter that nothing follows
  std::int64_t announced_rows = -1;  ///< where the file says how many there are (GCT)

  [[nodiscard]] std::size_t n_leading() const noexcept { return labels.size(); }
  [[nodiscard]] std::size_t n_fields() const noexcept { return labels.size() + columns.size(); }
};

/// Reads the first lines: which delimiter, where the header is, which columns hold names and other text.
/// Errors: input (no header, no column of numbers, an unclosed quote), unsupported (tables of single samples by
/// quantifiers, long tables, and others that are known but not counts by cells and genes; each by its name).
[[nodiscard]] TableHead read_table_head(TextLines& lines);

/// Whether the first lines look like a table: at least two columns, in the header as in the rows. Never throws.
[[nodiscard]] bool looks_like_table(const std::filesystem::path& path) noexcept;

/// Skips lines that are empty, and comments within the data: lines that begin with '#' and do not have as many fields
/// as a row. False after the last row.
bool next_row(TextLines& lines, const TableHead& head, std::string_view& row);

}  // namespace gemflow
