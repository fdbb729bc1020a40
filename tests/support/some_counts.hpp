// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "gemflow/core/count_chunk.hpp"

namespace gemflow::test {

/// A small generator whose numbers are the same everywhere (Numerical Recipes' 64-bit linear congruence).
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed * 2862933555777941757U + 3037000493U) {}
  /// From 0 to n - 1.
  std::uint64_t below(std::uint64_t n) {
    state_ = state_ * 2862933555777941757U + 3037000493U;
    return (state_ >> 33) % n;
  }

 private:
  std::uint64_t state_;
};

/// Cells that look like single cells: three in ten genes are seen, most of them once; depths differ.
inline CountChunk some_counts(std::int64_t n_cells, std::int32_t n_genes, std::uint64_t seed = 1) {
  Dice dice(seed);
  CountChunk chunk;
  chunk.clear();
  for (std::int64_t cell = 0; cell < n_cells; ++cell) {
    std::vector<std::int32_t> genes;
    std::vector<double> values;
    for (std::int32_t gene = 0; gene < n_genes; ++gene) {
      if (dice.below(10) >= 3) continue;
      genes.push_back(gene);
      values.push_back(static_cast<double>(1 + (dice.below(3) == 0 ? dice.below(12) : 0) + (gene == 7 ? 100 : 0)));
    }
    chunk.append(genes, values);
  }
  return chunk;
}

}  // namespace gemflow::test
