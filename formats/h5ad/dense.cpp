// SPDX-License-Identifier: Apache-2.0
// Dense matrices: read in bands of whole rows, whose values other than zero become counts.
#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "gemflow/core/buffer.hpp"
#include "h5ad/cell_source.hpp"
#include "hdf5/cast.hpp"
#include "hdf5/fault.hpp"
#include "hdf5/node.hpp"
#include "hdf5/numbers.hpp"
#include "hdf5/selection.hpp"

namespace gemflow::h5ad {
namespace {

constexpr std::size_t band_bytes = std::size_t{16} << 20;

// Rows that are read at once: some 16 MiB, and whole rows of chunks where they fit a quarter of the memory, so that no
// chunk is unpacked twice.
std::int64_t rows_of_band(hid_t dataset, std::size_t row_bytes, std::size_t memory) {
  const std::size_t row = std::max<std::size_t>(row_bytes, 1);
  const auto wanted = std::max<std::size_t>(band_bytes / row, 1);
  const std::vector<hsize_t> chunk = hdf5::chunk_of(dataset);
  if (chunk.empty()) return static_cast<std::int64_t>(wanted);
  const std::size_t at_most = std::max<std::size_t>(memory / 4 / row, 1);
  const std::size_t whole = std::max<std::size_t>(wanted / chunk[0], 1) * chunk[0];
  return static_cast<std::int64_t>(std::min(whole, at_most));
}

class DenseSource final : public CellSource {
 public:
  DenseSource(hdf5::Handle dataset, const StoredMatrix& matrix, CellRuns cells, const Job& job)
      : job_(&job),
        dataset_(std::move(dataset)),
        type_(matrix.type),
        shape_(matrix.shape),
        row_bytes_(static_cast<std::size_t>(shape_.n_genes) * hdf5::size_of(type_)),
        rows_a_band_(rows_of_band(dataset_, row_bytes_, job.memory)),
        walk_(std::move(cells)) {}

  [[nodiscard]] std::int64_t n_that_fit(const Limit& limit) override {
    if (next_ == rows_.size() && walk_.n_left() > 0) load();
    std::int64_t n_nonzeros = 0;
    std::int64_t n = 0;
    while (next_ + static_cast<std::size_t>(n) < rows_.size() && n < limit.cells) {
      n_nonzeros += rows_[next_ + static_cast<std::size_t>(n)].n_nonzeros;
      if (n > 0 && n_nonzeros > limit.nonzeros) break;
      ++n;
    }
    return n;
  }

  void take(std::int64_t n, CountChunk& counts) override {
    counts.resize_cells(counts.n_cells() + n);
    std::size_t cell = counts.offsets().size() - 1 - static_cast<std::size_t>(n);
    while (n > 0) {
      if (next_ == rows_.size()) load();
      const auto part = std::min(static_cast<std::size_t>(n), rows_.size() - next_);
      fill(counts, cell, part);
      cell += part;
      next_ += part;
      n -= static_cast<std::int64_t>(part);
    }
  }

  void rewind() override {
    walk_.rewind();
    rows_.clear();
    next_ = 0;
  }

 private:
  struct Row {
    std::int64_t number = 0;
    std::int64_t n_nonzeros = 0;
  };

  // Reads the band that begins with the next chosen cell, and counts what is in each chosen row of it.
  void load() {
    job_->check_stop();
    rows_.clear();
    next_ = 0;
    const std::int64_t first = walk_.next();
    band_begin_ = first / rows_a_band_ * rows_a_band_;
    const std::int64_t band_end = std::min(band_begin_ + rows_a_band_, shape_.n_cells);
    rows_.push_back({first, 0});
    while (walk_.n_left() > 0 && walk_.peek() < band_end) rows_.push_back({walk_.next(), 0});
    band_begin_ = first;
    const std::int64_t n = rows_.back().number + 1 - first;
    band_.resize(static_cast<std::size_t>(n) * row_bytes_);
    if (row_bytes_ > 0) {
      const hdf5::Selection selection(dataset_, first, n);
      hdf5::checked(H5Dread(dataset_, hdf5::memory_type(type_), selection.memory(), selection.file(), H5P_DEFAULT,
                            band_.span().data()),
                    dataset_, "cannot be read");
    }
    job_->workers->each(static_cast<std::int64_t>(rows_.size()), [&](std::int64_t i) {
      Row& row = rows_[static_cast<std::size_t>(i)];
      each_nonzero(row, [&](std::int32_t, double) { ++row.n_nonzeros; });
    });
  }

  // Appends `n` rows from next_ on as the cells from `cell` on.
  void fill(CountChunk& counts, std::size_t cell, std::size_t n) {
    const auto offsets = counts.offsets_to_fill();
    for (std::size_t i = 0; i < n; ++i) offsets[cell + i + 1] = offsets[cell + i] + rows_[next_ + i].n_nonzeros;
    counts.resize_nonzeros(offsets[cell + n]);
    job_->workers->each(static_cast<std::int64_t>(n), [&](std::int64_t i) {
      const auto row = static_cast<std::size_t>(i);
      auto at = static_cast<std::size_t>(counts.offsets()[cell + row]);
      each_nonzero(rows_[next_ + row], [&](std::int32_t gene, double value) {
        counts.genes_to_fill()[at] = gene;
        counts.values_to_fill()[at++] = value;
      });
    });
  }

  // Values of a row in pieces that a stack has room for.
  template <typename Action>
  void each_nonzero(const Row& row, const Action& action) const {
    constexpr std::int64_t piece = 512;
    std::array<double, piece> values;
    const unsigned char* raw = band_.span().data() + static_cast<std::size_t>(row.number - band_begin_) * row_bytes_;
    for (std::int64_t gene = 0; gene < shape_.n_genes; gene += piece) {
      const auto n = static_cast<std::size_t>(std::min(piece, shape_.n_genes - gene));
      hdf5::cast_numbers(type_, raw + static_cast<std::size_t>(gene) * hdf5::size_of(type_), std::span(values).first(n));
      for (std::size_t i = 0; i < n; ++i) {
        if (values[i] != 0) action(static_cast<std::int32_t>(gene) + static_cast<std::int32_t>(i), values[i]);
      }
    }
  }

  const Job* job_;
  hdf5::Handle dataset_;
  ValueType type_;
  hdf5::MatrixShape shape_;
  std::size_t row_bytes_;
  std::int64_t rows_a_band_;
  CellWalk walk_;
  std::vector<Row> rows_;  ///< chosen cells of the band
  std::size_t next_ = 0;   ///< the first of them that was not taken
  std::int64_t band_begin_ = 0;
  Buffer<unsigned char> band_;
};

}  // namespace

std::unique_ptr<CellSource> read_dense(hid_t file, const StoredMatrix& matrix, CellRuns cells, const Job& job) {
  hdf5::Handle dataset = hdf5::open_dataset(file, matrix.place.path);
  hdf5::require_filters(dataset);
  const auto row_bytes = static_cast<std::size_t>(matrix.shape.n_genes) * hdf5::size_of(matrix.type);
  std::size_t chunk_bytes = hdf5::size_of(matrix.type);
  for (const hsize_t size : hdf5::chunk_of(dataset)) chunk_bytes *= size;
  if (std::max(chunk_bytes, row_bytes) > job.memory / 4) {
    throw hdf5::fault(ErrorKind::memory, dataset,
                      fmt::format("is stored in chunks of {} MiB, more than the {} MiB that may be used",
                                  std::max(chunk_bytes, row_bytes) >> 20, job.memory >> 22));
  }
  return std::make_unique<DenseSource>(std::move(dataset), matrix, std::move(cells), job);
}

}  // namespace gemflow::h5ad
