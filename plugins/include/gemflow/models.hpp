// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gemflow/core/plugin.hpp"
#include "gemflow/core/reader.hpp"

namespace gemflow {

/// All kinds of models, in the order in which they are asked for a reference.
[[nodiscard]] std::span<const Plugin* const> plugins() noexcept;

/// Opens a model: a path to a `.gmodel`, the name of an installed one ("default" is one), "echo", or a hosted one,
/// "synthesize:<family or id>". A hosted one that is opened for a task connects, holds the run's journal as long as it lives, and may
/// ask one sample that is charged; without a task it is its card alone, and nothing is sent.
/// Errors: model (unknown, with the nearest known names; no key), usage, and of a hosted one those of Model::answer.
[[nodiscard]] std::unique_ptr<Model> open_model(const ModelRequest& request, Job& job);
[[nodiscard]] std::unique_ptr<Model> open_model(std::string_view ref, Job& job);

/// A query that the model answers, as JSON in the API's words: for generate its kinds of cells, for the others a whole
/// profile in its gene_order. Always the same of one model. Errors: unsupported (the model does not do this).
[[nodiscard]] std::string example_query(Model& model, Task task, Job& job);

/// One metadata field to be learnt from an obs column.
struct TrainField {
  std::string group;   ///< "technical", "biological", "perturbation"; empty: by the key's own group in the API
  std::string key;     ///< the API's key, with or without "_ontology_id"
  std::string column;  ///< obs column; the readers must bring it
  std::string name_column;      ///< obs column with readable names of the values; empty: none
  bool predicted = true;        ///< gets a classifier head (where it has two values with enough cells)
  bool names_in_file = true;    ///< false: the values are kept out of the file (donors)
};

struct TrainOptions {
  std::vector<TrainField> fields;
  Modality modality = Modality::single_cell;
  std::string id;             ///< the model's name; empty: the output file's
  std::string version = "1";
  std::string licence;        ///< SPDX id of the trained numbers
  std::string trained_on;     ///< one sentence; shown at each use
  std::uint64_t seed = 0;
};

/// What training found, for people and for `--json`: name and value, in reading order.
struct TrainResult {
  std::int64_t n_cells = 0;
  std::vector<std::pair<std::string, double>> figures;  ///< "cell_type held-out macro-F1"
  std::vector<std::string> remarks;
};

/// Trains the embedded model on annotated counts and writes one `.gmodel` (hidden temporary file, sync, rename).
/// The readers hold the same genes and bring the fields' obs columns; they are rewound as often as needed.
/// One seed gives the same bytes. Errors: input (no field with labels), usage (exists), io.
TrainResult train_model(std::span<Reader* const> in, const std::filesystem::path& out, const TrainOptions& options,
                        bool overwrite, Job& job);

/// One line of a report: a figure of the model, of a simple baseline, and of real cells against real cells.
struct EvaluationRow {
  std::string what;      ///< "cell_type macro-F1", "energy distance"
  double model = 0;
  double baseline = 0;   ///< NaN where there is none
  double real = 0;       ///< the floor or ceiling of real against real; NaN where there is none
  std::string better;    ///< "higher" or "lower"
};

struct Evaluation {
  std::int64_t n_cells = 0;
  std::vector<EvaluationRow> rows;
  std::vector<std::string> remarks;
};

/// How good a model is on annotated cells it should not have been trained on. The reader brings the columns that
/// `columns` names for the model's keys. Errors: input (no labels in common), unsupported.
[[nodiscard]] Evaluation evaluate_model(Model& model, Reader& in,
                                        const std::vector<std::pair<std::string, std::string>>& columns,
                                        std::uint64_t seed, Job& job);

}  // namespace gemflow
