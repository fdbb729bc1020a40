// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

namespace gemflow {

/// What a plan knows of a file: its shape and what it stores.
struct PlanFile {
  std::int64_t n_cells = 0;
  std::int64_t n_genes = 0;
  std::int64_t n_nonzeros = -1;  ///< -1: not known without reading; then every value counts as one
  bool by_gene = false;          ///< stored gene by gene: turned in memory before cells can be read
};

/// Who will answer, and how much a task should do.
struct PlanOptions {
  std::int64_t cells_per_task = 0;  ///< 0: as many as `seconds_per_task` are estimated to allow
  std::int64_t seconds_per_task = 600;
  std::int64_t n_model_genes = 0;  ///< 0: not known, a usual number stands for it
  bool is_hosted = false;
  bool predicts = false;  ///< the tasks are of predict-metadata; else of condition, which is dearer
};

/// Rows that one task is to do, and upper estimates of what it needs.
struct PlannedTask {
  std::int64_t begin = 0;
  std::int64_t end = 0;
  std::int64_t memory_mb = 0;
  std::int64_t seconds = 0;
  std::int64_t bytes_to_send = 0;  ///< JSON to a hosted model; 0 for a local one
};

/// Cuts a file into tasks of equal size (but for the last one). Boundaries follow from this file and the options alone,
/// so that another file changes none of them. A file without cells has no tasks.
[[nodiscard]] std::vector<PlannedTask> plan_tasks(const PlanFile& file, const PlanOptions& options);

}  // namespace gemflow
