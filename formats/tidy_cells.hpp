// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "gemflow/core/count_chunk.hpp"
#include "gemflow/core/job.hpp"

namespace gemflow {

/// Makes the cells of a chunk, from `first` on, what a chunk promises: genes ascending, each once, no zeros. Genes that
/// repeat are added up in the order of their coming. Cells that are tidy already, nearly always all, cost one look.
class CellTidier {
 public:
  /// The number of the first cell (counted in the chunk) that names a gene outside of [0, n_genes), -1 if none does:
  /// then all is tidy. Otherwise the chunk is left as it is.
  std::int64_t tidy(CountChunk& counts, std::int64_t first, std::int64_t n_genes, Workers& workers);

 private:
  /// What one task found in its stretch of entries.
  struct Look {
    bool outside = false;
    std::int64_t n_zeros = 0;
    std::int64_t n_falls = 0;  ///< entries whose gene is not above that of the entry before
  };
  struct Entry {
    std::int32_t gene;
    double value;
  };

  [[nodiscard]] bool is_tidy(const CountChunk& counts, std::int64_t first) const;
  void tidy_each(CountChunk& counts, std::int64_t first);

  std::vector<Look> looks_;
  std::vector<Entry> entries_;
};

}  // namespace gemflow
