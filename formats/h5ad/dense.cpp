// SPDX-License-Identifier: Apache-2.0
// Dense matrices: read in bands of whole rows, whose values other than zero become counts.
#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "gemflow/core/buffer.hpp"
#include "h5ad/cell_source.hpp"
#include "hdf5/cast.hpp"
#include "hdf5/dense_rows.hpp"
#include "hdf5/numbers.hpp"

namespace gemflow::h5ad {
namespace {

/// Values that are made double at once, on the stack.
constexpr std::size_t block = 512;

class DenseSource final : public CellSource {
 public:
  DenseSource(hid_t file, const StoredMatrix& matrix, CellRuns cells, const Job& job)
      : job_(&job), dense_(file, matrix.place.path, job), walk_(std::move(cells)) {}

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
    std::size_t cell = static_cast<std::size_t>(counts.n_cells());
    counts.resize_cells(counts.n_cells() + n);
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

  // Reads from the next chosen cell to the end of its band, or to the last chosen one there, and counts what each has.
  void load() {
    rows_.clear();
    next_ = 0;
    band_begin_ = walk_.peek();
    const std::int64_t band_end = (band_begin_ / dense_.rows_at_once() + 1) * dense_.rows_at_once();
    while (walk_.n_left() > 0 && walk_.peek() < band_end) rows_.push_back({walk_.next(), 0});
    const std::int64_t n = rows_.back().number + 1 - band_begin_;
    band_.resize(static_cast<std::size_t>(n) * dense_.row_bytes());
    dense_.read(band_begin_, n, band_.span());
    job_->workers->each(static_cast<std::int64_t>(rows_.size()), [&](std::int64_t i) {
      Row& row = rows_[static_cast<std::size_t>(i)];
      each_block(row, [&](std::size_t, std::span<const double> values) {
        row.n_nonzeros += std::count_if(values.begin(), values.end(), [](double value) { return value != 0; });
      });
    });
  }

  // Appends `n` rows from next_ on as the cells from `cell` on.
  void fill(CountChunk& counts, std::size_t cell, std::size_t n) {
    const auto offsets = counts.offsets_to_fill();
    for (std::size_t i = 0; i < n; ++i) offsets[cell + i + 1] = offsets[cell + i] + rows_[next_ + i].n_nonzeros;
    counts.resize_nonzeros(offsets[cell + n]);
    job_->workers->each(static_cast<std::int64_t>(n), [&](std::int64_t i) {
      const std::size_t row = static_cast<std::size_t>(i);
      const auto begin = static_cast<std::size_t>(counts.offsets()[cell + row]);
      const auto length = static_cast<std::size_t>(counts.offsets()[cell + row + 1]) - begin;
      fill_row(rows_[next_ + row], counts.genes_to_fill().subspan(begin, length),
               counts.values_to_fill().subspan(begin, length));
    });
  }

  // Each value is put where the next non-zero belongs, and stays there if it is one: nothing to be guessed wrong.
  void fill_row(const Row& row, std::span<std::int32_t> genes, std::span<double> values) const {
    std::size_t at = 0;
    each_block(row, [&](std::size_t first_gene, std::span<const double> from) {
      std::array<std::int32_t, block + 1> some_genes;
      std::array<double, block + 1> some_values;
      std::size_t n = 0;
      for (std::size_t i = 0; i < from.size(); ++i) {
        some_genes[n] = static_cast<std::int32_t>(first_gene + i);
        some_values[n] = from[i];
        n += static_cast<std::size_t>(from[i] != 0);
      }
      std::copy_n(some_genes.begin(), n, genes.begin() + static_cast<std::ptrdiff_t>(at));
      std::copy_n(some_values.begin(), n, values.begin() + static_cast<std::ptrdiff_t>(at));
      at += n;
    });
  }

  // Calls action(first gene, values) for a row's values in blocks.
  template <typename Action>
  void each_block(const Row& row, const Action& action) const {
    std::array<double, block> values;
    const std::size_t element = hdf5::size_of(dense_.type());
    const unsigned char* raw = band_.span().data() + static_cast<std::size_t>(row.number - band_begin_) * dense_.row_bytes();
    const auto n_genes = static_cast<std::size_t>(dense_.n_columns());
    for (std::size_t gene = 0; gene < n_genes; gene += block) {
      const auto part = std::span(values).first(std::min(block, n_genes - gene));
      hdf5::cast_numbers(dense_.type(), raw + gene * element, part);
      action(gene, part);
    }
  }

  const Job* job_;
  hdf5::DenseRows dense_;
  CellWalk walk_;
  std::vector<Row> rows_;  ///< chosen cells of the band
  std::size_t next_ = 0;   ///< the first of them that was not taken
  std::int64_t band_begin_ = 0;
  Buffer<unsigned char> band_;
};

}  // namespace

std::unique_ptr<CellSource> read_dense(hid_t file, const StoredMatrix& matrix, CellRuns cells, const Job& job) {
  return std::make_unique<DenseSource>(file, matrix, std::move(cells), job);
}

}  // namespace gemflow::h5ad
