// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "gemflow/core/count_chunk.hpp"

namespace gemflow {

/// What the values of a matrix are, by the look of a piece of it.
enum class ValueKind {
  raw_counts,        ///< all finite, non-negative and whole within `whole_tolerance`
  zeros,             ///< not a single value but zero: nothing speaks against counts, nothing for them
  estimated_counts,  ///< as RSEM, salmon or an ambient correction give them: not whole, not normalised
  log_normalised,
  normalised,  ///< CP10k, CPM, TPM and the like
  fractions,
  scaled,      ///< some are negative
  not_finite,  ///< NaN or infinite
};

/// A value so near to a whole number is that number.
inline constexpr double whole_tolerance = 1e-6;

/// Within the tolerance of 0, 1, 2, …? False for NaN and infinities.
[[nodiscard]] bool is_nearly_whole(double value) noexcept;

struct ValueLook {
  ValueKind kind = ValueKind::zeros;
  std::string holds = "zeros only";  ///< for people: "raw counts", "log1p of counts per 10,000"
  std::int64_t n_nonzeros = 0;
  std::int64_t n_not_whole = 0;  ///< among those that are finite and not negative
  std::int64_t n_negative = 0;
  std::int64_t n_not_finite = 0;
  double largest = 0;

  /// Does this piece pass the counts check? (What `--layer auto` asks; `zeros` pass.)
  [[nodiscard]] bool is_counts() const noexcept { return kind == ValueKind::raw_counts || kind == ValueKind::zeros; }
  /// Logarithms and fractions are no counts once they are rounded.
  [[nodiscard]] bool may_be_rounded() const noexcept { return kind != ValueKind::log_normalised && kind != ValueKind::fractions; }
};

/// Looks at a piece of a matrix, whole cells of it. What normalised values were made from shows in the cells' sums and
/// in their steps: before any logarithm, the values of one cell are multiples of its smallest.
[[nodiscard]] ValueLook look_at_values(const CountChunk& piece);

}  // namespace gemflow
