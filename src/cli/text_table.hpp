// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace gemflow::cli {

/// Lines of aligned columns, two spaces apart, without trailing spaces, fit for a terminal. All rows have as many cells as the first.
class TextTable {
 public:
  explicit TextTable(std::vector<std::string> header) { row(std::move(header)); }
  void row(std::vector<std::string> cells);
  [[nodiscard]] std::string text() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace gemflow::cli
