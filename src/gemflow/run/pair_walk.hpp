// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "gemflow/core/chunk.hpp"
#include "gemflow/core/query.hpp"
#include "gemflow/run/generate.hpp"

namespace gemflow {

/// Walks over cells, conditions and replicates, in this order, a batch at a time.
class PairWalk {
 public:
  /// REQUIRES: `conditions` outlives it.
  PairWalk(const std::vector<Condition>& conditions, std::uint64_t seed);

  void begin(const Chunk& chunk);
  /// The next samples of the chunk that was begun, at most so many; none once it is used up.
  [[nodiscard]] std::vector<Sample> next(const Chunk& chunk, std::int64_t most);
  /// Errors: input (a reference that was named is not among the cells).
  void expect_all_found() const;
  /// References that were named and have not come.
  [[nodiscard]] std::vector<std::string> missing() const { return {missing_.begin(), missing_.end()}; }

 private:
  void next_pair() noexcept;

  const std::vector<Condition>* conditions_;
  std::uint64_t seed_;
  std::set<std::string> missing_;  ///< references that have not come yet
  std::int64_t cell_ = 0;
  std::size_t condition_ = 0;
  std::int64_t replicate_ = 0;
};

}  // namespace gemflow
