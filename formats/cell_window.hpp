// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "gemflow/core/buffer.hpp"
#include "gemflow/core/count_chunk.hpp"
#include "gemflow/core/job.hpp"

namespace gemflow {

/// Entries of genes that follow each other, as a file holds them that lies gene by gene.
struct GeneEntries {
  std::int64_t first_gene = 0;
  std::span<const std::int64_t> ends;   ///< of each gene from the first on: where its entries end among these
  std::span<const std::int32_t> cells;  ///< of each entry; what lies outside of the window is passed over
  std::span<const double> values;
};

/// Some consecutive cells of a matrix that comes gene by gene. It is known how many entries each cell has, so that every
/// entry has its place and nothing is sorted. An entry takes four bytes (gene and count, 16 bits each) where that is
/// enough for nearly all of them, else twelve.
class CellWindow {
 public:
  static constexpr std::int64_t most_narrow_genes = 65'536;
  [[nodiscard]] static constexpr std::size_t entry_bytes(bool wide) noexcept { return wide ? 12 : 4; }

  /// Makes room for cells [begin, end) of all. `offsets`: entries before each cell, and the number of all; borrowed.
  /// REQUIRES: below `most_narrow_genes` genes, or wide.
  void open(std::int64_t begin, std::int64_t end, std::span<const std::int64_t> offsets, bool wide);

  [[nodiscard]] std::int64_t begin() const noexcept { return begin_; }
  [[nodiscard]] std::int64_t end() const noexcept { return end_; }

  /// The next genes, in ascending order. False: too many entries do not fit four bytes; open it anew, wide.
  [[nodiscard]] bool put(const GeneEntries& entries, Workers& workers);
  /// After the last gene, before the first `append`. False: there were not as many entries as was known.
  [[nodiscard]] bool seal();
  /// Appends cells [begin, end) of all to counts; zeros and repeated genes as they came. REQUIRES: within the window.
  void append(std::int64_t begin, std::int64_t end, CountChunk& counts, Workers& workers) const;

 private:
  /// A value that is no count below 2^16, and where it belongs.
  struct Odd {
    std::int64_t at;
    double value;
  };

  void put_part(const GeneEntries& entries, std::int64_t first_cell, std::int64_t last_cell, std::vector<Odd>& odd);
  void unpack(std::int64_t cell, std::int64_t last_cell, std::int32_t* genes, double* values) const;
  [[nodiscard]] std::int64_t n_entries() const noexcept { return offset(end_) - offset(begin_); }
  [[nodiscard]] std::int64_t offset(std::int64_t cell) const noexcept { return offsets_[static_cast<std::size_t>(cell)]; }

  std::int64_t begin_ = 0;
  std::int64_t end_ = 0;
  bool wide_ = false;
  std::span<const std::int64_t> offsets_;
  std::vector<std::int64_t> next_;  ///< of each cell: place of its next entry
  Buffer<std::uint32_t> narrow_;    ///< gene * 2^16 + count; count 0: see odd_
  Buffer<std::int32_t> genes_;      ///< wide
  Buffer<double> values_;           ///< wide
  std::vector<std::vector<Odd>> odd_parts_;
  std::vector<Odd> odd_;  ///< by place, once sealed
};

}  // namespace gemflow
