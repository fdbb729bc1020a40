// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "text_lines.hpp"

namespace gemflow {

using Fields = std::vector<std::string>;

/// The first lines of a table, split.
struct TableStart {
  std::vector<std::string> comments;  ///< lines before the others that begin with '#', without it
  std::string dimensions;             ///< the second line of a GCT file, which numbers its rows and columns
  char delimiter = 0;                 ///< 0: no delimiter gives two columns
  std::vector<Fields> rows;           ///< the header, where there is one, and the rows that follow; at most 20
  std::vector<std::int64_t> numbers;  ///< the line of each
  std::int64_t unclosed = 0;          ///< the first line whose quote is not closed; the rows end before it
};

/// Reads at most 20 lines behind the comments, and finds the delimiter under which they have the same number of fields:
/// tab, comma, semicolon, blank, bar, in this order.
[[nodiscard]] TableStart read_table_start(TextLines& lines);

/// Throws unsupported where the first lines are of a table that is known and holds no counts by cells and genes: output
/// of quantifiers for one sample, long tables, coverage sums and so on. Each is named.
void refuse_known_tables(const TableStart& start, const TextLines& lines);

}  // namespace gemflow
