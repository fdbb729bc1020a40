// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <string>

#include "gemflow/core/count_chunk.hpp"

namespace gemflow {

/// 64 bits that tell counts apart, whatever chunks they come in: mistakes, not forgeries. A nanosecond or two a count.
class CountsDigest {
 public:
  /// Cells beyond the first `most_cells` are passed over.
  explicit CountsDigest(std::int64_t most_cells = std::numeric_limits<std::int64_t>::max()) noexcept : n_left_(most_cells) {}

  void add(const CountChunk& counts) noexcept;
  /// Sixteen hexadecimal digits.
  [[nodiscard]] std::string text() const;

 private:
  void mix(std::uint64_t word) noexcept;

  std::int64_t n_left_;
  std::uint64_t state_ = 0xCBF29CE484222325U;
};

}  // namespace gemflow
