// SPDX-License-Identifier: Apache-2.0
// Matrices that lie gene by gene (CSC): all entries go once through TurnedCounts.
#include <algorithm>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "gemflow/core/buffer.hpp"
#include "h5ad/cell_source.hpp"
#include "hdf5/fault.hpp"
#include "hdf5/node.hpp"
#include "hdf5/number_stream.hpp"
#include "hdf5/offsets.hpp"
#include "lanes.hpp"
#include "turned_counts.hpp"

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

class ByGeneSource final : public CellSource {
 public:
  ByGeneSource(hdf5::Handle group, const hdf5::MatrixShape& shape, const CellRuns& cells, const Job& job)
      : job_(&job),
        shape_(shape),
        group_(std::move(group)),
        data_(group_, "data", job.memory),
        indices_(group_, "indices", job.memory),
        offsets_(group_, shape.n_genes, data_.size(), job),
        decoders_(hdf5::decoders_for(*job.workers)),
        places_(places_of(cells, shape.n_cells)),
        n_chosen_(count_cells(cells)) {
    hdf5::require_whole_numbers(indices_);
    hdf5::require_length(indices_, data_.size());
  }

  [[nodiscard]] std::int64_t n_that_fit(const Limit& limit) override { return turned().n_that_fit(limit); }
  void take(std::int64_t n, CountChunk& counts) override { turned().take(n, counts); }
  void rewind() override {
    if (turned_) turned_->rewind();
  }

 private:
  TurnedCounts& turned() {
    if (turned_) return *turned_;
    turned_.emplace(n_chosen_, *job_);
    for (std::int64_t begin = 0; begin < data_.size(); begin += entries_at_once) {
      job_->check_stop();
      add(begin, std::min(entries_at_once, data_.size() - begin));
    }
    turned_->seal();
    return *turned_;
  }

  void add(std::int64_t begin, std::int64_t n) {
    data_.fetch(begin, n);
    indices_.fetch(begin, n);
    values_.resize(static_cast<std::size_t>(n));
    cells_.resize(static_cast<std::size_t>(n));
    const std::size_t n_indices = indices_.n_pieces();
    in_lanes(*job_->workers, n_indices + data_.n_pieces(), [&](std::size_t lane, std::size_t i) {
      if (i < n_indices) {
        indices_.unpack(i, decoders_[lane], cells_.span());
      } else {
        data_.unpack(i - n_indices, decoders_[lane], values_.span());
      }
    });
    for (std::int64_t i = 0; i < n; ++i) {
      while (offsets_.at(gene_ + 1) <= begin + i) ++gene_;
      add_entry(cells_.span()[static_cast<std::size_t>(i)], values_.span()[static_cast<std::size_t>(i)]);
    }
  }

  void add_entry(std::int32_t cell, double value) {
    if (cell < 0 || cell >= shape_.n_cells) {
      throw hdf5::fault(indices_.dataset(), fmt::format("holds a number outside of [0, {}) at row {}", shape_.n_cells, gene_));
    }
    const std::int32_t place = places_.empty() ? cell : places_[static_cast<std::size_t>(cell)];
    if (place >= 0) turned_->add(place, static_cast<std::int32_t>(gene_), value);
  }

  const Job* job_;
  hdf5::MatrixShape shape_;
  hdf5::Handle group_;
  hdf5::NumberStream data_;
  hdf5::NumberStream indices_;
  hdf5::Offsets offsets_;
  std::vector<hdf5::ChunkDecoder> decoders_;
  std::vector<std::int32_t> places_;
  std::int64_t n_chosen_;
  std::optional<TurnedCounts> turned_;
  std::int64_t gene_ = 0;  ///< of the entry that is being added
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
