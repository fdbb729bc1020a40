// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include "cell_runs.hpp"
#include "gemflow/core/count_chunk.hpp"
#include "gemflow/core/job.hpp"
#include "gemflow/core/reader.hpp"
#include "h5ad/matrix.hpp"
#include "hdf5/handle.hpp"

namespace gemflow::h5ad {

/// Chosen cells of one matrix, in file order, however it is laid out.
class CellSource {
 public:
  virtual ~CellSource() = default;
  /// How many of the next cells fit the limit: at least one while there are any.
  [[nodiscard]] virtual std::int64_t n_that_fit(const Limit& limit) = 0;
  /// Appends the next `n` cells, tidy. REQUIRES: at most as many as are left.
  virtual void take(std::int64_t n, CountChunk& counts) = 0;
  virtual void rewind() = 0;
};

/// CSR comes as it lies; dense in bands of rows; CSC is turned within job.memory at the first need. The job must outlive
/// the source. Errors: input, unsupported, memory.
[[nodiscard]] std::unique_ptr<CellSource> read_cells(hid_t file, const StoredMatrix& matrix, CellRuns cells, const Job& job);

/// The matrix's first values, for a look at what they are: whole cells up to about `n_nonzeros`; of CSC whole genes in
/// the place of cells, so that nothing is turned for a look.
[[nodiscard]] CountChunk first_values(hid_t file, const StoredMatrix& matrix, std::int64_t n_nonzeros, const Job& job);

[[nodiscard]] std::unique_ptr<CellSource> read_dense(hid_t file, const StoredMatrix& matrix, CellRuns cells, const Job& job);
[[nodiscard]] std::unique_ptr<CellSource> read_by_gene(hid_t file, const StoredMatrix& matrix, const CellRuns& cells,
                                                       const Job& job);

}  // namespace gemflow::h5ad
