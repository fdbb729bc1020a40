// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "cell_runs.hpp"
#include "gemflow/core/count_chunk.hpp"
#include "gemflow/core/job.hpp"
#include "gemflow/core/reader.hpp"
#include "hdf5/number_stream.hpp"
#include "hdf5/offsets.hpp"
#include "tidy_cells.hpp"

namespace gemflow::hdf5 {

/// What is known of a matrix before it is read.
struct MatrixShape {
  std::int64_t n_cells = 0;
  std::int64_t n_genes = 0;
};

/// Chosen cells of a matrix that lies cell by cell in the datasets data, indices and indptr of a group: CSR of an h5ad,
/// and the genes x cells of 10x. Unpacked by job.workers; a chunk of the file that straddles two of ours is unpacked once.
class CompressedCells {
 public:
  /// Reads all of indptr once, in slices, and checks it. The job must outlive this object.
  /// Errors: input (offsets that fall, lengths that do not fit each other), unsupported, memory.
  CompressedCells(hid_t group, MatrixShape shape, CellRuns cells, const Job& job);

  [[nodiscard]] ValueType stored_type() const noexcept { return data_.type(); }
  [[nodiscard]] std::int64_t n_nonzeros() const noexcept { return data_.size(); }
  /// How many of the next cells fit the limit: at least one while there are any.
  [[nodiscard]] std::int64_t n_that_fit(const Limit& limit);
  /// Appends the next `n` cells, tidy. REQUIRES: at most as many as are left.
  void take(std::int64_t n, CountChunk& counts);
  void rewind();

 private:
  /// One cell that comes next: its entries in the datasets.
  struct Row {
    std::int64_t number = 0;
    std::int64_t begin = 0;
    std::int64_t end = 0;
  };
  /// Planned rows that are read in one go, with what lies between them.
  struct Stretch {
    std::size_t first = 0;
    std::size_t last = 0;  ///< one behind
    std::int64_t begin = 0;
    std::int64_t end = 0;
  };

  void plan_row();
  [[nodiscard]] Stretch stretch_from(std::size_t first, std::size_t end) const;
  void read(const Stretch& stretch, CountChunk& counts);
  void close_gaps(const Stretch& stretch, CountChunk& counts);

  const Job* job_;
  MatrixShape shape_;
  NumberStream data_;
  NumberStream indices_;
  Offsets offsets_;
  std::vector<ChunkDecoder> decoders_;
  CellWalk walk_;
  std::vector<Row> plan_;
  std::size_t n_planned_used_ = 0;
  CellTidier tidier_;
};

}  // namespace gemflow::hdf5
