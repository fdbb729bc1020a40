// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "gemflow/core/count_chunk.hpp"
#include "gemflow/core/job.hpp"
#include "gemflow/core/reader.hpp"
#include "scratch_file.hpp"

namespace gemflow {

/// Turns counts that come gene by gene, or in any order, into cells in order. Memory is bounded by job.memory:
/// what does not fit is sorted by cell and spilled to job.scratch in runs, and each chunk takes its cells from all
/// runs.
///
/// Fill with `add`, then `seal` once; after that `take` and `rewind` as often as wanted.
class TurnedCounts {
 public:
  /// REQUIRES: the job outlives this object.
  TurnedCounts(std::int64_t n_cells, const Job& job);

  /// One entry. Zeros are dropped; several entries of one cell and gene are summed in the order of their coming.
  /// REQUIRES: 0 <= cell < n_cells, 0 <= gene; not sealed. Errors: io (scratch full).
  void add(std::int32_t cell, std::int32_t gene, double value) {
    if (value == 0) return;
    if (entries_.size() == capacity_) spill();
    entries_.push_back({cell, gene, value});
    ++offsets_[static_cast<std::size_t>(cell) + 1];
  }
  void seal();

  [[nodiscard]] std::int64_t n_cells() const noexcept { return static_cast<std::int64_t>(offsets_.size()) - 1; }
  /// How many of the next cells fit the limit: at least one while there are any. REQUIRES: sealed.
  [[nodiscard]] std::int64_t n_that_fit(const Limit& limit) const noexcept;
  /// Appends the next `n` cells, genes ascending. REQUIRES: sealed, at most n_cells in all since the last rewind.
  void take(std::int64_t n, CountChunk& counts);
  void rewind();

 private:
  struct Entry {
    std::int32_t cell;
    std::int32_t gene;
    double value;
  };
  /// Entries sorted by cell, in the order of their coming within a cell; in memory or in the scratch file.
  struct Run {
    std::int64_t offset = 0;  ///< first byte in the scratch file
    std::int64_t n_entries = 0;
    std::int64_t n_loaded = 0;  ///< how many have been in `window`
    std::vector<Entry> window;  ///< the part that is in memory
    std::size_t next = 0;       ///< first entry of the window that was not taken
  };

  void sort_entries();
  void spill();
  bool load(Run& run);
  void stage(std::int64_t end);
  void append_cell(std::vector<Entry>::iterator begin, std::vector<Entry>::iterator end, CountChunk& counts);

  const Job* job_;
  std::size_t capacity_;               ///< entries held before they are spilled
  std::vector<std::int64_t> offsets_;  ///< entries before each cell, once sealed; until then one more than its cell
  std::vector<Entry> entries_;
  std::vector<Entry> staged_;
  std::vector<std::int64_t> cursors_;
  std::vector<Run> runs_;
  std::unique_ptr<ScratchFile> scratch_;
  std::int64_t next_cell_ = 0;
  std::vector<std::int32_t> genes_;
  std::vector<double> values_;
};

}  // namespace gemflow
