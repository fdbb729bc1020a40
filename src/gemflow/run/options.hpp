// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gemflow/core/query.hpp"
#include "gemflow/core/reader.hpp"
#include "gemflow/ops/counts_check.hpp"
#include "gemflow/ops/gene_map.hpp"

namespace gemflow {

/// Rows of a whole, half-open: cells of a file; in generate lines of a table of conditions.
struct PartRows {
  std::int64_t begin = 0;
  std::int64_t end = 0;
  std::int64_t n_whole = 0;
  std::int64_t n_nonzeros = -1;  ///< WholeMatrix::n_nonzeros of the file
};

/// What all runs have in common.
struct RunOptions {
  GeneMapOptions genes;
  RoundInput round_input = RoundInput::error;
  QueryOptions query;
  std::int64_t first_row = 0;       ///< where a range of rows begins: `Query::position` counts on from it
  std::int64_t end_row = std::numeric_limits<std::int64_t>::max();  ///< generate: the first condition that is left out
  std::optional<PartRows> part;     ///< answers alone are written, for `merge`, which judges outliers
  /// Of a part: all cells of its file, for what is judged by the first of them. Empty: the part's own are judged.
  std::function<std::unique_ptr<Reader>()> open_whole;
  std::int64_t batch_size = 0;      ///< cells asked at once; 0: the model's own limit
  std::string prefix = "gemflow";   ///< of every name that is written
  std::vector<std::string> inputs;  ///< file names without folders, for the provenance
  /// Asked only when the counts check has failed: where the same file has raw counts; empty: nowhere.
  std::function<std::string()> find_raw_counts;
  /// See CountsCheckOptions, for the matrix of this name.
  std::function<bool(const std::string& matrix)> may_be_rounded;
};

}  // namespace gemflow
