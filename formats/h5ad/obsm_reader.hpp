// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "cell_runs.hpp"
#include "gemflow/core/buffer.hpp"
#include "gemflow/core/chunk.hpp"
#include "hdf5/dense_rows.hpp"

namespace gemflow::h5ad {

/// A dense matrix of obsm, read along with the cells: about 16 MiB of rows at once, so that no chunk is unpacked twice.
class ObsmReader {
 public:
  /// Errors: input with the nearest names (there is none), or where it is no matrix of `n_cells` rows of numbers.
  ObsmReader(hid_t file, std::string name, std::int64_t n_cells, const Job& job);

  [[nodiscard]] std::int64_t n_columns() const noexcept { return rows_.n_columns(); }
  /// The rows in the runs, as float32. Runs of one call after the other ascend; after them, they may begin anew.
  [[nodiscard]] Matrix pick(std::span<const CellRun> runs);

 private:
  void load(std::int64_t row);

  std::string name_;
  hdf5::DenseRows rows_;
  std::int64_t band_begin_ = 0;
  std::int64_t band_end_ = 0;
  Buffer<unsigned char> band_;
};

}  // namespace gemflow::h5ad
