// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gemflow/core/job.hpp"
#include "gemflow/core/model.hpp"
#include "gemflow/core/reader.hpp"
#include "gemflow/core/writer.hpp"
#include "gemflow/ops/group_changes.hpp"
#include "gemflow/run/generate.hpp"
#include "gemflow/run/options.hpp"
#include "gemflow/run/outlier_limit.hpp"

namespace gemflow {

struct ConditionOptions {
  RunOptions run;
  std::vector<Condition> conditions;
  bool new_cells = false;  ///< a new file in gene_order instead of layers beside the input's cells
  bool with_control = false;  ///< each sample twice, the second time unperturbed, from the same random numbers
  bool log2fc = false;     ///< log2(CPM + 1), synthetic minus its control (its reference without one), as a layer
  std::int64_t top_genes = 0;  ///< of each group the genes that change most; 0: none are looked for
  std::string by;          ///< an obs column that comes with the chunks of `in` and names the groups; empty: one group
  OutlierLimit outliers;   ///< of the cells of `in`, where the model can tell
};

struct ConditionResult {
  std::int64_t n_cells = 0;    ///< reference cells read
  std::int64_t n_samples = 0;  ///< synthetic cells made, controls apart
  std::int64_t n_controls = 0;
  /// Reference cells that lie outside what the model has seen; empty where it cannot tell.
  std::optional<std::int64_t> n_outliers;
  GeneMatch genes;
  std::vector<GeneChange> top_genes;  ///< in the model's genes (the file's, where it takes any)
};

/// Each cell of `in` under each condition (or the named references alone).
/// One condition, one sample a cell and not `new_cells`: `layers['gemflow_counts']` in the file's own genes; genes that the
/// model lacks keep the cell's own counts, and the depth over the shared genes is kept.
/// With controls: `layers['gemflow_control_counts']` too; group means compare each sample with its control, else its reference.
/// Else: new cells, ordered by reference, condition, replicate, role (treated, control). REQUIRES then: `out` made by `create`.
/// Errors: as generate and predict_metadata (too many outliers among the cells too); input (a named reference is not among the cells).
ConditionResult condition(Reader& in, Model& model, Writer& out, const ConditionOptions& options, Job& job);

/// Whether the answers of `condition` stand beside the input's cells.
[[nodiscard]] bool stands_beside(const ConditionOptions& options) noexcept;

}  // namespace gemflow
