// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gemflow/core/query.hpp"

namespace gemflow {

/// A query as the hosted models' documentation writes it in JSON.
struct ApiQuery {
  Task task = Task::generate;
  CountChunk counts;                      ///< one row an input; empty in generate
  std::vector<Metadata> conditions;       ///< generate, condition: one an input
  std::vector<std::int64_t> num_samples;  ///< generate, condition: one an input
  QueryOptions options;
  bool has_seed = false;
  std::vector<std::string> unknown_keys;  ///< top-level keys that gemflow does not know
};

/// What a query asks for, by what its inputs hold: counts with metadata or num_samples (condition), counts alone
/// (predict_metadata), or no counts (generate). Errors: input (no JSON, no inputs).
[[nodiscard]] Task task_of_query(std::string_view json);

/// Errors: input, whose message begins with the field: "inputs[1].counts: 2 numbers, the model has 37125 genes".
[[nodiscard]] ApiQuery read_api_query(std::string_view json, Task task, std::int64_t n_genes);

}  // namespace gemflow
