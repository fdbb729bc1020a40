// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "gem_local/arrays.hpp"
#include "gem_local/parameters.hpp"
#include "gemflow/core/count_chunk.hpp"
#include "gemflow/core/job.hpp"
#include "gemflow/models.hpp"

namespace gemflow::gem_local {

/// A value with fewer cells is no class: its cells count as unlabelled.
inline constexpr std::int64_t fewest_cells = 20;

/// Sums over the cells of each combination of levels ("condition").
struct ConditionSums {
  std::vector<Levels> levels;
  DoubleMatrix counts;  ///< conditions x genes
  std::vector<double> n_cells;

  [[nodiscard]] double depth(std::size_t condition) const {
    return DoubleRow(counts.row(static_cast<Index>(condition))).sum();
  }
};

/// What one pass over the training cells found.
struct Survey {
  Genes genes;
  std::vector<FieldPart> fields;  ///< values sorted; effects not yet known
  ConditionSums sums;
  std::vector<double> log_depth_sums, log_depth_squares;  ///< one a condition
  std::vector<std::int32_t> condition_of_cell;            ///< -1: a cell without counts
  std::vector<std::string> remarks;
};

/// Reads all cells once. Errors: input (genes differ or repeat, no cell with a label), memory (too many combinations).
[[nodiscard]] Survey survey_cells(std::span<Reader* const> in, const TrainOptions& options, Job& job);

/// Cells that stay in memory for what needs cells and not sums.
struct KeptCells {
  CountChunk counts;
  std::vector<std::int32_t> condition;
  std::vector<double> weight;  ///< how many cells of the input each stands for

  [[nodiscard]] std::size_t size() const noexcept { return condition.size(); }
};

/// Reads all cells again and keeps some 20,000, chosen by their own random numbers; of each condition at least 200
/// where it has them.
[[nodiscard]] KeptCells keep_cells(std::span<Reader* const> in, const Survey& survey, std::uint64_t seed, Job& job);

}  // namespace gemflow::gem_local
