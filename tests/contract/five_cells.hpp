// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "support/files.hpp"

namespace gemflow::test {

/// How one format's example is made.
struct FormatRow {
  std::string name;  ///< the descriptor's
  std::function<std::filesystem::path(const TempFolder&)> make;
  /// The file that is cut short in the test of damage: the example itself, or the matrix of a folder. Null where a cut
  /// need not show: plain text may end anywhere.
  std::function<std::filesystem::path(const std::filesystem::path&)> file_to_damage;
};

/// One row a format on the list.
const std::vector<FormatRow>& format_rows();

/// Five cells x six human genes; one cell is empty, one count is above 65,535.
const std::vector<std::vector<double>>& five_rows();
const std::vector<std::string>& five_names();
const std::vector<std::string>& five_genes();

}  // namespace gemflow::test
