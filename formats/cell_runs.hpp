// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

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
