// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "gemflow/core/job.hpp"
#include "gemflow/core/model.hpp"
#include "gemflow/core/reader.hpp"
#include "gemflow/core/writer.hpp"
#include "gemflow/run/generate.hpp"
#include "gemflow/run/options.hpp"
#include "gemflow/run/outlier_limit.hpp"

namespace gemflow {

struct ConditionOptions {
  RunOptions run;
  std::vector<Condition> conditions;
  bool new_cells = false;  ///< a new file in gene_order instead of layers beside the input's cells
  bool log2fc = false;     ///< log2(CPM + 1), synthetic minus its reference, as a layer
  OutlierLimit outliers;   ///< of the cells of `in`, where the model can tell
};

struct ConditionResult {
  std::int64_t n_cells = 0;    ///< reference cells read
  std::int64_t n_samples = 0;  ///< synthetic cells made
  /// Reference cells that lie outside what the model has seen; empty where it cannot tell.
  std::optional<std::int64_t> n_outliers;
  GeneMatch genes;
};

/// Each cell of `in` under each condition (or the named references alone).
/// One condition, one sample a cell and not `new_cells`: `layers['gemflow_counts']` in the file's own genes; genes that the
/// model lacks keep the cell's own counts, and the depth over the shared genes is kept.
/// Else: new cells, ordered by reference, condition, replicate. REQUIRES then: `out` made by `create`.
/// Errors: as generate and predict_metadata (too many outliers among the cells too); input (a named reference is not among the cells).
ConditionResult condition(Reader& in, Model& model, Writer& out, const ConditionOptions& options, Job& job);

/// Whether the answers of `condition` stand beside the input's cells.
[[nodiscard]] bool stands_beside(const ConditionOptions& options) noexcept;

}  // namespace gemflow
