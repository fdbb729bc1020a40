// SPDX-License-Identifier: Apache-2.0
#include "h5ad/cell_source.hpp"

#include <utility>

#include "hdf5/compressed_cells.hpp"
#include "hdf5/node.hpp"

namespace gemflow::h5ad {
namespace {

class CsrSource final : public CellSource {
 public:
  CsrSource(hid_t group, const StoredMatrix& matrix, CellRuns cells, const Job& job)
      : cells_(group, matrix.shape, std::move(cells), job) {}

  [[nodiscard]] std::int64_t n_that_fit(const Limit& limit) override { return cells_.n_that_fit(limit); }
  void take(std::int64_t n, CountChunk& counts) override { cells_.take(n, counts); }
  void rewind() override { cells_.rewind(); }

 private:
  hdf5::CompressedCells cells_;
};

// The matrix as if its genes were cells.
StoredMatrix by_gene(StoredMatrix matrix) {
  std::swap(matrix.shape.n_cells, matrix.shape.n_genes);
  matrix.layout = MatrixLayout::csr;
  return matrix;
}

}  // namespace

std::unique_ptr<CellSource> read_cells(hid_t file, const StoredMatrix& matrix, CellRuns cells, const Job& job) {
  switch (matrix.layout) {
    case MatrixLayout::dense: return read_dense(file, matrix, std::move(cells), job);
    case MatrixLayout::csc: return read_by_gene(file, matrix, cells, job);
    default: break;
  }
  return std::make_unique<CsrSource>(hdf5::open_group(file, matrix.place.path), matrix, std::move(cells), job);
}

CountChunk first_values(hid_t file, const StoredMatrix& matrix, std::int64_t n_nonzeros, const Job& job) {
  const StoredMatrix rows = matrix.layout == MatrixLayout::csc ? by_gene(matrix) : matrix;
  CountChunk counts;
  counts.clear();
  counts.stored_type(matrix.type);
  const auto source = read_cells(file, rows, all_cells(rows.shape.n_cells), job);
  Limit limit;
  limit.nonzeros = n_nonzeros;
  source->take(source->n_that_fit(limit), counts);
  return counts;
}

}  // namespace gemflow::h5ad
