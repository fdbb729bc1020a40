// SPDX-License-Identifier: Apache-2.0
#include "hdf5/compressed_cells.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

#include "hdf5/fault.hpp"
#include "hdf5/numbers.hpp"
#include "lanes.hpp"

namespace gemflow::hdf5 {
namespace {

/// A chunk of mostly empty cells is long in names, not in values.
constexpr std::int64_t most_cells = 131'072;
/// Reading on over cells that are not wanted is cheaper than beginning anew, up to here (entries).
constexpr std::int64_t widest_gap = 16'384;
constexpr std::int64_t most_gaps = 1'000'000;

}  // namespace

CompressedCells::CompressedCells(hid_t group, MatrixShape shape, CellRuns cells, const Job& job)
    : job_(&job),
      shape_(shape),
      data_(group, "data", job.memory),
      indices_(group, "indices", job.memory),
      offsets_(group, shape.n_cells, data_.size(), job),
      decoders_(decoders_for(*job.workers)),
      walk_(std::move(cells)) {
  require_whole_numbers(indices_);
  require_length(indices_, data_.size());
}

void CompressedCells::plan_row() {
  const std::int64_t number = walk_.next();
  const std::int64_t begin = offsets_.at(number);
  plan_.push_back({number, begin, offsets_.at(number + 1)});
}

std::int64_t CompressedCells::n_that_fit(const Limit& limit) {
  const std::int64_t left = static_cast<std::int64_t>(plan_.size() - n_planned_used_) + walk_.n_left();
  const std::int64_t most = std::min({limit.cells, most_cells, left});
  std::int64_t n_nonzeros = 0;
  std::int64_t n = 0;
  for (; n < most; ++n) {
    const std::size_t at = n_planned_used_ + static_cast<std::size_t>(n);
    if (at == plan_.size()) plan_row();
    n_nonzeros += plan_[at].end - plan_[at].begin;
    if (n > 0 && n_nonzeros > limit.nonzeros) break;
  }
  return n;
}

void CompressedCells::take(std::int64_t n, CountChunk& counts) {
  job_->check_stop();
  const std::size_t end = n_planned_used_ + static_cast<std::size_t>(n);
  while (plan_.size() < end) plan_row();
  const std::int64_t first = counts.n_cells();
  counts.resize_cells(first + n);
  std::size_t row = n_planned_used_;
  while (row < end) {
    const Stretch stretch = stretch_from(row, end);
    read(stretch, counts);
    auto offsets = counts.offsets_to_fill().subspan(static_cast<std::size_t>(first) + row - n_planned_used_);
    for (; row < stretch.last; ++row, offsets = offsets.subspan(1)) {
      offsets[1] = offsets[0] + plan_[row].end - plan_[row].begin;
    }
  }
  const std::int64_t outside = n == 0 ? -1 : tidier_.tidy(counts, first, shape_.n_genes, *job_->workers);
  if (outside >= 0) {
    throw fault(indices_.dataset(), fmt::format("holds a number outside of [0, {}) at row {}", shape_.n_genes,
                                                plan_[n_planned_used_ + static_cast<std::size_t>(outside - first)].number));
  }
  n_planned_used_ = end;
  if (n_planned_used_ < plan_.size()) return;
  plan_.clear();
  n_planned_used_ = 0;
}

CompressedCells::Stretch CompressedCells::stretch_from(std::size_t first, std::size_t end) const {
  Stretch stretch{first, first + 1, plan_[first].begin, plan_[first].end};
  std::int64_t gaps = 0;
  while (stretch.last < end) {
    const std::int64_t gap = plan_[stretch.last].begin - stretch.end;
    gaps += gap;
    if (gap > widest_gap || gaps > most_gaps) break;
    stretch.end = plan_[stretch.last++].end;
  }
  return stretch;
}

void CompressedCells::read(const Stretch& stretch, CountChunk& counts) {
  const std::int64_t n = stretch.end - stretch.begin;
  const auto old = static_cast<std::size_t>(counts.n_nonzeros());
  data_.fetch(stretch.begin, n);
  indices_.fetch(stretch.begin, n);
  counts.resize_nonzeros(counts.n_nonzeros() + n);
  const auto values = counts.values_to_fill().subspan(old);
  const auto genes = counts.genes_to_fill().subspan(old);
  // Indices take longer to unpack: first, so that no lane is left alone with one at the end.
  in_lanes(*job_->workers, indices_.n_pieces() + data_.n_pieces(), [&](std::size_t lane, std::size_t i) {
    if (i < indices_.n_pieces()) {
      indices_.unpack(i, decoders_[lane], genes);
    } else {
      data_.unpack(i - indices_.n_pieces(), decoders_[lane], values);
    }
  });
  close_gaps(stretch, counts);
}

// Moves wanted cells over those between them.
void CompressedCells::close_gaps(const Stretch& stretch, CountChunk& counts) {
  const std::int64_t base = counts.n_nonzeros() - (stretch.end - stretch.begin);
  std::int64_t kept = base;
  for (std::size_t row = stretch.first; row < stretch.last; ++row) {
    const std::int64_t from = base + plan_[row].begin - stretch.begin;
    const std::int64_t length = plan_[row].end - plan_[row].begin;
    if (from != kept) {
      const auto genes = counts.genes_to_fill().begin();
      const auto values = counts.values_to_fill().begin();
      std::copy(genes + from, genes + from + length, genes + kept);
      std::copy(values + from, values + from + length, values + kept);
    }
    kept += length;
  }
  counts.resize_nonzeros(kept);
}

void CompressedCells::rewind() {
  walk_.rewind();
  plan_.clear();
  n_planned_used_ = 0;
}

}  // namespace gemflow::hdf5
