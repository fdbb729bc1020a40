// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "cell_runs.hpp"
#include "gemflow/core/format.hpp"
#include "gemflow/core/job.hpp"

namespace gemflow {

/// The names of a file's cells, read in slices: `append` puts names [begin, begin + n) behind those in `out`.
struct CellNames {
  std::int64_t n_cells = 0;
  std::function<void(std::int64_t begin, std::int64_t n, std::vector<std::string>& out)> append;
};

/// The cells that have one of the choice's names and are among its rows and in one of its runs; a name that occurs twice chooses both cells.
/// `where` is not looked at. `path` is for messages. Errors: input (a name that no cell has; rows beyond the last).
[[nodiscard]] CellRuns choose_cells(const CellChoice& choice, const CellNames& names, const std::filesystem::path& path,
                                    const Job& job);

/// The cells of a text file that are read, in file order.
struct ChosenCells {
  std::vector<std::int64_t> numbers;  ///< their numbers in the file; empty where `is_all`
  /// Of each cell of the file: its place among the chosen, -1 if not chosen; empty where `is_all`.
  std::vector<std::int32_t> places;
  std::vector<std::string> names;  ///< of the chosen
  bool is_all = true;

  [[nodiscard]] std::int64_t size() const noexcept { return static_cast<std::int64_t>(names.size()); }
  /// The file's number of the chosen cell at `place`.
  [[nodiscard]] std::int64_t number_of(std::int64_t place) const noexcept {
    return is_all ? place : numbers[static_cast<std::size_t>(place)];
  }
  /// Place of the file's cell among the chosen; -1 if it is not.
  [[nodiscard]] std::int32_t place_of(std::int64_t cell) const noexcept {
    return is_all ? static_cast<std::int32_t>(cell) : places[static_cast<std::size_t>(cell)];
  }
};

/// The same of names that are in memory, for files without obs columns.
/// REQUIRES: fewer than 2^31 cells. Errors: also input for `where`.
[[nodiscard]] ChosenCells choose_cells(const CellChoice& choice, std::vector<std::string> names,
                                       const std::filesystem::path& path);

/// Refuses what a file without obs and layers, and with the one matrix `matrix`, does not have.
/// Errors: input.
void refuse_what_is_absent(const OpenOptions& options, const std::string& matrix, const std::filesystem::path& path);

}  // namespace gemflow
