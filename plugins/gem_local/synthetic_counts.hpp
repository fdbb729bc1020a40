// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "gem_local/arrays.hpp"
#include "gemflow/core/count_chunk.hpp"
#include "gemflow/core/job.hpp"
#include "gemflow/core/query.hpp"
#include "gemflow/ops/philox.hpp"

namespace gemflow::gem_local {

/// Where the random numbers of one synthetic cell stand.
struct CellRandom {
  std::uint64_t seed = 0;
  std::int64_t number = 0;
  std::int64_t replicate = 0;

  [[nodiscard]] Random stream(Stream stream) const noexcept { return Random(seed, {number, replicate, stream}); }
};

/// How deep a synthetic cell is.
struct Depth {
  double total = 0;
  bool exact = false;  ///< a sample's counts sum to the total, and do not only expect to
};

struct SparseCell {
  std::vector<std::int32_t> genes;
  std::vector<double> values;
};

/// exp(log rate) scaled to the sum 1.
[[nodiscard]] DoubleRow shares_of(const FloatRow& log_rates);

/// Counts of a cell with these shares: expected ones (rounded as asked), or drawn from negative binomials whose
/// variance is mean + dispersion·mean².
[[nodiscard]] SparseCell synthetic_counts(const DoubleRow& shares, const FloatRow& dispersion, Depth depth,
                                          const QueryOptions& options, const CellRandom& random);

/// `n` cells made in parallel, in order. `make(i)` gives cell i and depends on nothing but i.
template <typename Make>
[[nodiscard]] CountChunk make_cells(std::int64_t n, const QueryOptions& options, Workers& workers, const Make& make) {
  std::vector<SparseCell> cells(static_cast<std::size_t>(n));
  workers.each(n, [&](std::int64_t i) { cells[static_cast<std::size_t>(i)] = make(i); });
  CountChunk counts;
  counts.clear();
  const bool whole = options.sampling == Sampling::sample || options.output_counts != OutputCounts::expected;
  counts.stored_type(whole ? ValueType::int32 : ValueType::float32);
  for (const SparseCell& cell : cells) counts.append(cell.genes, cell.values);
  return counts;
}

}  // namespace gemflow::gem_local
