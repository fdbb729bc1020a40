// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "gemflow/core/query.hpp"

namespace gemflow::synthesize_api {

/// As much of a query as goes into one body: a body has one seed, and cells without counts are not sent.
struct Part {
  Query query;
  std::uint64_t seed = 0;
  std::int64_t position = 0;       ///< of its first cell or pair, as Query::position
  std::int64_t replicate = 0;      ///< of its first sample
  std::vector<std::int64_t> rows;  ///< the rows of the whole answer that its outputs are, ascending

  [[nodiscard]] std::int64_t n_outputs() const noexcept { return static_cast<std::int64_t>(rows.size()); }
};

/// The parts of a query, in order. A cell without counts is in none; where a query of predict_metadata has no other, its
/// first cell is asked with a single count of the first gene, since the shape of an answer is the model's to say.
/// The seed of a part is the caller's own where the part begins the run, else a stable function of it and the position.
[[nodiscard]] std::vector<Part> parts_of(const Query& query);

/// The first and the second half of a part. REQUIRES: at least two outputs.
[[nodiscard]] std::pair<Part, Part> halves_of(const Part& part);

}  // namespace gemflow::synthesize_api
