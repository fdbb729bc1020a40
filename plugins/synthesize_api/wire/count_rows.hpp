// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "gemflow/core/count_chunk.hpp"

namespace gemflow::synthesize_api {

/// Rows of a chunk that grow while they are read. The chunk may be looked at only after `finish`.
class CountRows {
 public:
  /// Unset room behind what is there. Good until the next call.
  struct Room {
    std::int32_t* genes;
    double* values;
  };
  [[nodiscard]] Room room(std::size_t n) {
    chunk_.resize_nonzeros(n_nonzeros_ + static_cast<std::int64_t>(n));
    return {chunk_.genes_to_fill().data() + n_nonzeros_, chunk_.values_to_fill().data() + n_nonzeros_};
  }
  /// So much of the room was filled.
  void fill(std::size_t n) noexcept { n_nonzeros_ += static_cast<std::int64_t>(n); }
  void append(std::int32_t gene, double value) {
    const Room one = room(1);
    *one.genes = gene;
    *one.values = value;
    fill(1);
  }
  void end_row() {
    ++n_rows_;
    if (n_rows_ == 1) reserve();
    chunk_.resize_cells(n_rows_);
    chunk_.offsets_to_fill()[static_cast<std::size_t>(n_rows_)] = n_nonzeros_;
  }
  /// So many rows will come, which are likely to be as long as the first.
  void expect(std::int64_t n_rows) noexcept { n_expected_ = n_rows; }
  /// Forgets what was filled since the last row's end.
  void drop_row() noexcept { n_nonzeros_ = n_rows_ == 0 ? 0 : chunk_.offsets()[static_cast<std::size_t>(n_rows_)]; }

  [[nodiscard]] std::int64_t n_rows() const noexcept { return n_rows_; }
  [[nodiscard]] std::int64_t n_nonzeros() const noexcept { return n_nonzeros_; }
  /// Stored as int32, int64 or float64: the first that holds all values.
  [[nodiscard]] CountChunk finish(bool has_fractions);

 private:
  /// Memory that is asked for and not used costs nothing; a chunk that grows is copied again and again.
  void reserve() {
    constexpr std::int64_t most = 50'000'000;
    const std::int64_t likely = n_nonzeros_ + n_nonzeros_ / 8 + 1;
    if (n_expected_ > 1 && likely < most / n_expected_) chunk_.resize_nonzeros(likely * n_expected_);
  }

  CountChunk chunk_;
  std::int64_t n_rows_ = 0;
  std::int64_t n_nonzeros_ = 0;
  std::int64_t n_expected_ = 0;
};

}  // namespace gemflow::synthesize_api
