// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "gemflow/core/reader.hpp"

namespace gemflow {

/// Cells [begin, end) of a file.
struct CellRun {
  std::int64_t begin = 0;
  std::int64_t end = 0;

  [[nodiscard]] std::int64_t size() const noexcept { return end - begin; }
  friend bool operator==(const CellRun&, const CellRun&) = default;
};

/// Chosen cells of a file: ascending, apart from each other, none empty.
using CellRuns = std::vector<CellRun>;

[[nodiscard]] inline std::int64_t count_cells(std::span<const CellRun> runs) noexcept {
  std::int64_t n = 0;
  for (const CellRun& run : runs) n += run.size();
  return n;
}

/// All cells of a file.
[[nodiscard]] inline CellRuns all_cells(std::int64_t n) { return n == 0 ? CellRuns() : CellRuns{{0, n}}; }

/// Puts one cell behind the runs. REQUIRES: it comes after all of them.
inline void append_cell(CellRuns& runs, std::int64_t cell) {
  if (!runs.empty() && runs.back().end == cell) {
    ++runs.back().end;
  } else {
    runs.push_back({cell, cell + 1});
  }
}

/// The same one by one.
[[nodiscard]] inline std::vector<std::int64_t> numbers_of(std::span<const CellRun> runs) {
  std::vector<std::int64_t> numbers;
  for (const CellRun& run : runs) {
    for (std::int64_t cell = run.begin; cell < run.end; ++cell) numbers.push_back(cell);
  }
  return numbers;
}

/// How many cells from `next` on fit the limit: at least one while there are any. `offsets`: entries before each cell, and
/// the number of all.
[[nodiscard]] inline std::int64_t count_fitting(std::span<const std::int64_t> offsets, std::int64_t next, const Limit& limit) {
  const std::int64_t n_left = static_cast<std::int64_t>(offsets.size()) - 1 - next;
  if (n_left == 0) return 0;
  const auto first = offsets.begin() + next;
  const auto last = first + std::min(limit.cells, n_left);
  const std::int64_t entries = std::min(limit.nonzeros, offsets.back() - *first);
  return std::max<std::int64_t>(std::upper_bound(first + 1, last + 1, *first + entries) - first - 1, 1);
}

/// Walks over chosen cells in order.
class CellWalk {
 public:
  explicit CellWalk(CellRuns runs) : runs_(std::move(runs)), n_left_(count_cells(runs_)) {}

  [[nodiscard]] std::int64_t n_left() const noexcept { return n_left_; }
  /// The next cell, without going there. REQUIRES: n_left() > 0.
  [[nodiscard]] std::int64_t peek() const noexcept { return runs_[run_].begin + within_; }
  /// The next cell. REQUIRES: n_left() > 0.
  std::int64_t next() noexcept {
    const std::int64_t cell = peek();
    if (++within_ == runs_[run_].size()) {
      ++run_;
      within_ = 0;
    }
    --n_left_;
    return cell;
  }
  /// The next `n` cells. REQUIRES: as many are left.
  CellRuns next(std::int64_t n) {
    CellRuns cells;
    for (std::int64_t i = 0; i < n; ++i) append_cell(cells, next());
    return cells;
  }
  void rewind() noexcept {
    run_ = 0;
    within_ = 0;
    n_left_ = count_cells(runs_);
  }
  [[nodiscard]] const CellRuns& runs() const noexcept { return runs_; }

 private:
  CellRuns runs_;
  std::size_t run_ = 0;
  std::int64_t within_ = 0;
  std::int64_t n_left_ = 0;
};

}  // namespace gemflow
