// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "gem_local/arrays.hpp"
#include "gemflow/core/count_chunk.hpp"
#include "gemflow/core/job.hpp"
#include "gemflow/core/model.hpp"

namespace gemflow::gem_local {

/// 2 E|x - y| - E|x - x'| - E|y - y'| between the rows of two matrices, each expectation over all pairs, a row with
/// itself included: 0 for equal sets, and small but positive for two samples of one distribution.
[[nodiscard]] double energy_distance(const FloatMatrix& x, const FloatMatrix& y, Workers& workers);

/// Largest difference of the two distribution functions (Kolmogorov and Smirnov). REQUIRES: neither is empty.
[[nodiscard]] double ks_distance(std::vector<double> a, std::vector<double> b);

/// Up to 20 principal components of log1p of counts per 10,000 (bulk: per million).
class Projection {
 public:
  Projection(const CountChunk& basis, Index n_genes, Modality modality, std::uint64_t seed, Workers& workers);

  /// Cells as rows.
  [[nodiscard]] FloatMatrix project(const CountChunk& cells, Workers& workers) const;

 private:
  [[nodiscard]] FloatRow profile(CellCounts cell) const;

  double scale_;
  FloatRow mean_;
  FloatMatrix vectors_;  ///< genes x components
};

}  // namespace gemflow::gem_local
