// SPDX-License-Identifier: Apache-2.0
#pragma once

// Private to ops: a chunk of counts made row by row on several cores.

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <vector>

#include "gemflow/core/count_chunk.hpp"
#include "gemflow/core/job.hpp"

namespace gemflow {

/// Where one cell's genes and values are written.
struct RowRoom {
  std::int32_t* genes;
  double* values;
};

/// Fills chunks whose rows are at most as long as a bound that is known beforehand. Keeps its memory between calls.
class RowBuilder {
 public:
  /// bound(cell) says how many entries a cell has at most; fill(cell, slot, room) writes them and says how many they
  /// are. A slot is a number below workers.count() that no other running task has: the place of its scratch memory.
  /// What is built is the same for any number of workers.
  template <typename Bound, typename Fill>
  void build(CountChunk& out, std::int64_t n_cells, Workers& workers, const Bound& bound, const Fill& fill) {
    lengths_.resize(static_cast<std::size_t>(n_cells));
    out.resize_cells(n_cells);
    const auto offsets = out.offsets_to_fill();
    each_cell(n_cells, workers,
              [&](std::int64_t cell, int) { lengths_[static_cast<std::size_t>(cell)] = bound(cell); });
    for (std::size_t cell = 0; cell < lengths_.size(); ++cell) offsets[cell + 1] = offsets[cell] + lengths_[cell];
    out.resize_nonzeros(offsets.back());
    std::int32_t* const genes = out.genes_to_fill().data();
    double* const values = out.values_to_fill().data();
    each_cell(n_cells, workers, [&](std::int64_t cell, int slot) {
      const std::int64_t begin = offsets[static_cast<std::size_t>(cell)];
      lengths_[static_cast<std::size_t>(cell)] = fill(cell, slot, RowRoom{genes + begin, values + begin});
    });
    close_gaps(out);
  }

 private:
  template <typename Task>
  static void each_cell(std::int64_t n_cells, Workers& workers, const Task& task) {
    const std::int64_t n_slots = std::max(1, workers.count());
    const std::int64_t stride = std::max<std::int64_t>(1, n_cells / (16 * n_slots));
    std::atomic<std::int64_t> next = 0;
    workers.each(n_slots, [&](std::int64_t slot) {
      for (std::int64_t begin = next.fetch_add(stride); begin < n_cells; begin = next.fetch_add(stride)) {
        const std::int64_t end = std::min(n_cells, begin + stride);
        for (std::int64_t cell = begin; cell < end; ++cell) task(cell, static_cast<int>(slot));
      }
    });
  }

  /// Moves rows together where some are shorter than their bound.
  void close_gaps(CountChunk& out) const {
    const auto offsets = out.offsets_to_fill();
    const auto genes = out.genes_to_fill();
    const auto values = out.values_to_fill();
    std::int64_t kept = 0;
    for (std::size_t cell = 0; cell < lengths_.size(); ++cell) {
      const std::int64_t from = offsets[cell];
      if (from != kept) {
        std::copy_n(genes.begin() + from, lengths_[cell], genes.begin() + kept);
        std::copy_n(values.begin() + from, lengths_[cell], values.begin() + kept);
      }
      offsets[cell] = kept;
      kept += lengths_[cell];
    }
    if (!lengths_.empty()) offsets.back() = kept;
    out.resize_nonzeros(kept);
  }

  std::vector<std::int64_t> lengths_;
};

}  // namespace gemflow
