// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "gemflow/core/job.hpp"
#include "gemflow/core/model.hpp"
#include "gemflow/core/reader.hpp"
#include "gemflow/core/writer.hpp"
#include "gemflow/run/label_check.hpp"
#include "gemflow/run/options.hpp"

namespace gemflow {

struct PredictOptions {
  RunOptions run;
  double max_outliers = 0.2;     ///< share of the cells; more stop the command
  bool outliers_stop = true;     ///< false: a warning instead
  double min_confidence = 0;     ///< labels below are "unassigned"
  bool latents_in_obs = false;   ///< columns besides the matrices; at most 256
  std::string label_names;       ///< a digest of those that were given, for the mark of a part; empty: none
  /// Given labels that are compared with predicted ones; each column must come with the chunks of `in`, and is not written.
  std::vector<LabelCheckOptions> checks;
  std::function<void(const Mismatch&)> on_mismatch;  ///< called in the order of the cells; may be empty
};

/// What a run found, for the summary and for `--json`.
struct PredictResult {
  std::int64_t n_cells = 0;
  std::int64_t n_empty = 0;     ///< cells without counts in the model's genes
  std::int64_t n_outliers = 0;
  bool knows_outliers = false;  ///< the model can tell
  GeneMatch genes;
  /// For each predicted field: label and number of cells, most frequent first.
  std::vector<std::pair<std::string, std::vector<std::pair<std::string, std::int64_t>>>> labels;
  std::vector<LabelCheckResult> checks;  ///< in the order of the options
};

/// Labels, class probabilities and latents of all cells of `in`, appended to `out`, which is finished.
/// Names follow the contract: obs `gemflow_<field>`, obsm `gemflow_probs_<field>`, `X_gemflow_<group>` and so on.
/// Errors: usage (a check of a field that is not predicted), input (no counts, too few genes), unsupported (too many outliers, wrong modality), the model's own.
PredictResult predict_metadata(Reader& in, Model& model, Writer& out, const PredictOptions& options, Job& job);

}  // namespace gemflow
