// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "gemflow/core/query.hpp"
#include "gemflow/ops/counts_check.hpp"
#include "gemflow/ops/gene_map.hpp"

namespace gemflow {

/// What all runs have in common.
struct RunOptions {
  GeneMapOptions genes;
  RoundInput round_input = RoundInput::error;
  QueryOptions query;
  std::int64_t first_row = 0;       ///< where a range of rows begins: `Query::position` counts on from it
  std::int64_t batch_size = 0;      ///< cells asked at once; 0: the model's own limit
  std::string prefix = "gemflow";   ///< of every name that is written
  std::vector<std::string> inputs;  ///< file names without folders, for the provenance
  /// Asked only when the counts check has failed: where the same file has raw counts; empty: nowhere.
  std::function<std::string()> find_raw_counts;
};

}  // namespace gemflow
