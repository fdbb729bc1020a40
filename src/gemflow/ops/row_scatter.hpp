// SPDX-License-Identifier: Apache-2.0
#pragma once

// Private to gene_map: one cell's values to other genes, sorted again.

#include <bit>
#include <cstdint>
#include <vector>

#include "gemflow/core/count_chunk.hpp"

namespace gemflow {

/// One dense row and a bitmap of what is in it: values are scattered by a table and come out in the order of the new genes,
/// which is several times faster than to sort them. Empty between two cells.
class RowScatter {
 public:
  explicit RowScatter(std::size_t n_genes)
      : n_words_((n_genes + 63) / 64), bits_(n_words_ + 1), row_(64 * n_words_ + 1) {}

  /// Where values go that are not wanted: a place behind the last word, so that the loop needs no branch.
  [[nodiscard]] static std::int32_t dump(std::size_t n_genes) noexcept {
    return static_cast<std::int32_t>((n_genes + 63) / 64 * 64);
  }

  /// Each value to table[gene]. REQUIRES: no two to the same place but the dump.
  void put(CellCounts cell, const std::int32_t* table) noexcept {
    for (std::size_t i = 0; i < cell.genes.size(); ++i) {
      const auto to = static_cast<std::size_t>(table[cell.genes[i]]);
      bits_[to / 64] |= std::uint64_t{1} << (to % 64);
      row_[to] = cell.values[i];
    }
  }

  /// The same where several values may have one place: they are summed, in the order of the cell's genes.
  void add(CellCounts cell, const std::int32_t* table) noexcept {
    for (std::size_t i = 0; i < cell.genes.size(); ++i) {
      const auto to = static_cast<std::size_t>(table[cell.genes[i]]);
      const std::uint64_t bit = std::uint64_t{1} << (to % 64);
      const double before = (bits_[to / 64] & bit) == 0 ? 0 : row_[to];
      bits_[to / 64] |= bit;
      row_[to] = before + cell.values[i];
    }
  }

  /// Empties the row into ascending genes and their values, and says how many there were.
  std::int64_t take(std::int32_t* genes, double* values) noexcept {
    std::int64_t n = 0;
    for (std::size_t word = 0; word < n_words_; ++word) {
      for (std::uint64_t left = bits_[word]; left != 0; left &= left - 1) {
        const std::size_t gene = 64 * word + static_cast<std::size_t>(std::countr_zero(left));
        genes[n] = static_cast<std::int32_t>(gene);
        values[n] = row_[gene];
        ++n;
      }
      bits_[word] = 0;
    }
    return n;
  }

 private:
  std::size_t n_words_;
  std::vector<std::uint64_t> bits_;
  std::vector<double> row_;
};

}  // namespace gemflow
