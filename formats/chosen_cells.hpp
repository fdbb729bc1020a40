// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "gemflow/core/format.hpp"

namespace gemflow {

/// The cells of a file that are read, in file order.
struct ChosenCells {
  std::vector<std::int64_t> numbers;  ///< their numbers in the file; empty where `is_all`
  std::vector<std::int32_t>
      places;  ///< of each cell of the file: its place among the chosen, -1 if not chosen; empty where `is_all`
  std::vector<std::string> names;  ///< of the chosen
  bool is_all = true;

  [[nodiscard]] std::int64_t size() const noexcept { return static_cast<std::int64_t>(names.size()); }
  /// Place of the file's cell among the chosen; -1 if it is not.
  [[nodiscard]] std::int32_t place_of(std::int64_t cell) const noexcept {
    return is_all ? static_cast<std::int32_t>(cell) : places[static_cast<std::size_t>(cell)];
  }
};

/// Names and rows of the choice, which must both hold; a name that occurs twice chooses both cells.
/// REQUIRES: fewer than 2^31 cells. `path` is for messages.
/// Errors: input (a name that no cell has; rows beyond the last; `where`, as these files have no obs columns).
[[nodiscard]] ChosenCells choose_cells(const CellChoice& choice, std::vector<std::string> names,
                                       const std::filesystem::path& path);

/// Refuses what a file without obs and layers, and with the one matrix `matrix`, does not have.
/// Errors: input.
void refuse_what_is_absent(const OpenOptions& options, const std::string& matrix, const std::filesystem::path& path);

}  // namespace gemflow
