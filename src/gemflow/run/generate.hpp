// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gemflow/core/job.hpp"
#include "gemflow/core/model.hpp"
#include "gemflow/core/writer.hpp"
#include "gemflow/run/options.hpp"

namespace gemflow {

/// One line of a table of conditions.
struct Condition {
  Metadata metadata;
  std::int64_t num_samples = 1;
  std::string name;                   ///< empty: its number
  std::optional<std::uint64_t> seed;  ///< instead of the run's
  std::string reference;              ///< condition only: a cell's name; empty: every chosen cell
};

/// Cells from metadata: `num_samples` for each condition, in the order of the conditions, appended to `out`.
/// Genes are the model's gene_order; obs holds the metadata asked for, gemflow_origin, _condition and _replicate.
/// Where options.first_row and end_row choose some of the conditions, their cells are the same as among all.
/// Errors: usage (no condition), model (unknown key or value), io.
/// Returns the number of cells made.
std::int64_t generate(const std::vector<Condition>& conditions, Model& model, Writer& out, const RunOptions& options,
                      Job& job);

}  // namespace gemflow
