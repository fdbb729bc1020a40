// SPDX-License-Identifier: Apache-2.0
// Matrices that lie gene by gene (CSC): a window of cells at a time, filled in one pass over the file.
#include <algorithm>
#include <limits>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "cell_window.hpp"
#include "gemflow/core/buffer.hpp"
#include "h5ad/cell_source.hpp"
#include "hdf5/fault.hpp"
#include "hdf5/node.hpp"
#include "hdf5/number_stream.hpp"
#include "hdf5/offsets.hpp"
#include "lanes.hpp"
#include "tidy_cells.hpp"

namespace gemflow::h5ad {
namespace {

constexpr std::int64_t entries_at_once = 1'300'000;

// Place of each cell of the file among the chosen, -1 where it is not. Empty: all are chosen.
std::vector<std::int32_t> places_of(const CellRuns& cells, std::int64_t n_cells) {
  if (count_cells(cells) == n_cells) return {};
  std::vector<std::int32_t> places(static_cast<std::size_t>(n_cells), -1);
  std::int32_t place = 0;
  for (const CellRun& run : cells) {
    for (std::int64_t cell = run.begin; cell < run.end; ++cell) places[static_cast<std::size_t>(cell)] = place++;
  }
  return places;
}

/// Bytes for the window of a matrix of so many: as little as makes few passes over the file, but never more than half of the
/// budget; below `modest` one pass costs more than memory.
std::size_t window_bytes(std::size_t all, std::size_t budget) {
  constexpr std::size_t modest = std::size_t{192} << 20;
  constexpr std::size_t few_passes = 4;
  return std::min(std::max(all / few_passes, modest), budget / 2);
}

/// Counts the entries of each cell first. Then each pass over the file fills a window of cells.
class ByGeneSource final : public CellSource {
 public:
  ByGeneSource(hdf5::Handle group, const hdf5::MatrixShape& shape, const CellRuns& cells, const Job& job)
      : job_(&job),
        shape_(shape),
        group_(std::move(group)),
        data_(group_, "data", job.memory),
        indices_(group_, "indices", job.memory),
        starts_(group_, shape.n_genes, data_.size(), job),
        decoders_(hdf5::decoders_for(*job.workers)),
        places_(places_of(cells, shape.n_cells)),
        n_chosen_(count_cells(cells)),
        is_wide_(shape.n_genes > CellWindow::most_narrow_genes) {
    hdf5::require_whole_numbers(indices_);
    hdf5::require_length(indices_, data_.size());
  }

  [[nodiscard]] std::int64_t n_that_fit(const Limit& limit) override {
    if (offsets_.empty()) count_entries();
    return count_fitting(offsets_, next_cell_, limit);
  }

  void take(std::int64_t n, CountChunk& counts) override {
    if (offsets_.empty()) count_entries();
    const std::int64_t first = counts.n_cells();
    const std::int64_t end = next_cell_ + n;
    while (next_cell_ < end) {
      if (next_cell_ < window_.begin() || next_cell_ >= window_.end()) fill_window();
      const std::int64_t part_end = std::min(end, window_.end());
      window_.append(next_cell_, part_end, counts, *job_->workers);
      next_cell_ = part_end;
    }
    if (n > 0) tidier_.tidy(counts, first, shape_.n_genes, *job_->workers);
  }

  void rewind() override { next_cell_ = 0; }

 private:
  void count_entries() {
    offsets_.assign(static_cast<std::size_t>(n_chosen_) + 1, 0);
    for (std::int64_t begin = 0; begin < indices_.size(); begin += entries_at_once) {
      read(begin, std::min(entries_at_once, indices_.size() - begin), false);
      for (const std::int32_t cell : cells_.span()) {
        if (cell >= 0) ++offsets_[static_cast<std::size_t>(cell) + 1];
      }
    }
    std::partial_sum(offsets_.begin(), offsets_.end(), offsets_.begin());
  }

  void fill_window() {
    if (try_window()) return;
    is_wide_ = true;
    static_cast<void>(try_window());
  }

  /// False where most values are no small counts, which shows early.
  bool try_window() {
    const std::int64_t end = end_of_window();
    window_.open(next_cell_, end, offsets_, is_wide_);
    std::int64_t gene = 0;
    for (std::int64_t begin = 0; begin < data_.size(); begin += entries_at_once) {
      const std::int64_t n = std::min(entries_at_once, data_.size() - begin);
      read(begin, n, true);
      ends_.clear();
      while (starts_.at(gene + 1) <= begin) ++gene;
      for (std::int64_t each = gene; ends_.empty() || ends_.back() < n; ++each) {
        ends_.push_back(std::min(starts_.at(each + 1) - begin, n));
      }
      if (!window_.put({gene, ends_, cells_.span(), values_.span()}, *job_->workers)) return false;
    }
    if (window_.seal()) return true;
    throw hdf5::fault(indices_.dataset(), "changed while it was read");
  }

  /// Windows are of one size, as many as the memory makes necessary.
  [[nodiscard]] std::int64_t end_of_window() const {
    const std::size_t entry = CellWindow::entry_bytes(is_wide_);
    const std::int64_t n_all = offsets_.back();
    const std::size_t bytes = window_bytes(static_cast<std::size_t>(n_all) * entry, job_->memory);
    const std::size_t room = std::max<std::size_t>(bytes / entry, 1);
    const std::int64_t n_windows = n_all / static_cast<std::int64_t>(room) + 1;
    Limit limit;
    limit.nonzeros = n_all / n_windows + 1;
    return next_cell_ + count_fitting(offsets_, next_cell_, limit);
  }

  /// Fills cells_ (places among the chosen, -1 for others) and, if asked, values_.
  void read(std::int64_t begin, std::int64_t n, bool with_values) {
    job_->check_stop();
    indices_.fetch(begin, n);
    cells_.resize(static_cast<std::size_t>(n));
    if (with_values) data_.fetch(begin, n);
    if (with_values) values_.resize(static_cast<std::size_t>(n));
    const std::size_t n_indices = indices_.n_pieces();
    in_lanes(*job_->workers, n_indices + (with_values ? data_.n_pieces() : 0), [&](std::size_t lane, std::size_t i) {
      if (i < n_indices) {
        indices_.unpack(i, decoders_[lane], cells_.span());
      } else {
        data_.unpack(i - n_indices, decoders_[lane], values_.span());
      }
    });
    number_by_place(begin);
  }

  void number_by_place(std::int64_t begin) {
    const auto n_cells = static_cast<std::uint64_t>(shape_.n_cells);
    bool is_outside = false;
    for (const std::int32_t cell : cells_.span()) is_outside |= static_cast<std::uint64_t>(cell) >= n_cells;
    if (is_outside) refuse_outside(begin);
    if (places_.empty()) return;
    for (std::int32_t& cell : cells_.span()) cell = places_[static_cast<std::size_t>(cell)];
  }

  [[noreturn]] void refuse_outside(std::int64_t begin) {
    const auto cells = cells_.span();
    const auto at = std::find_if(cells.begin(), cells.end(), [&](std::int32_t cell) { return cell < 0 || cell >= shape_.n_cells; });
    std::int64_t gene = 0;
    while (starts_.at(gene + 1) <= begin + (at - cells.begin())) ++gene;
    throw hdf5::fault(indices_.dataset(), fmt::format("holds a number outside of [0, {}) at row {}", shape_.n_cells, gene));
  }

  const Job* job_;
  hdf5::MatrixShape shape_;
  hdf5::Handle group_;
  hdf5::NumberStream data_;
  hdf5::NumberStream indices_;
  hdf5::Offsets starts_;  ///< of the genes
  std::vector<hdf5::ChunkDecoder> decoders_;
  std::vector<std::int32_t> places_;
  std::int64_t n_chosen_;
  bool is_wide_;
  std::vector<std::int64_t> offsets_;  ///< of the chosen cells; empty until they are counted
  CellWindow window_;
  std::int64_t next_cell_ = 0;
  CellTidier tidier_;
  std::vector<std::int64_t> ends_;
  Buffer<double> values_;
  Buffer<std::int32_t> cells_;
};

}  // namespace

std::unique_ptr<CellSource> read_by_gene(hid_t file, const StoredMatrix& matrix, const CellRuns& cells, const Job& job) {
  hdf5::Handle group = hdf5::open_group(file, matrix.place.path);
  if (matrix.shape.n_cells >= std::numeric_limits<std::int32_t>::max()) {
    throw hdf5::fault(ErrorKind::unsupported, group,
                      fmt::format("lies gene by gene and has {} cells, more than can be turned", matrix.shape.n_cells));
  }
  return std::make_unique<ByGeneSource>(std::move(group), matrix.shape, cells, job);
}

}  // namespace gemflow::h5ad
