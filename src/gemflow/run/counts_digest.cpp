// SPDX-License-Identifier: Apache-2.0
#include "gemflow/run/counts_digest.hpp"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

namespace gemflow {

void CountsDigest::add(const CountChunk& counts) noexcept {
  const std::int64_t n = std::min(n_left_, counts.n_cells());
  n_left_ -= n;
  for (std::int64_t i = 0; i < n; ++i) {
    const CellCounts cell = counts.cell(i);
    mix(cell.genes.size());  // where one cell ends
    for (std::size_t at = 0; at < cell.genes.size(); ++at) {
      std::uint64_t value = 0;
      std::memcpy(&value, &cell.values[at], sizeof value);
      mix(value + static_cast<std::uint64_t>(cell.genes[at]));  // the lowest bits of a small whole number are zeros
    }
  }
}

/// FNV-1a by words, with the high bits, where doubles differ, brought back to the low ones.
void CountsDigest::mix(std::uint64_t word) noexcept {
  state_ = (state_ ^ word) * 0x9E3779B97F4A7C15U;
  state_ ^= state_ >> 32U;
}

std::string CountsDigest::text() const { return fmt::format("{:016x}", state_); }

}  // namespace gemflow
