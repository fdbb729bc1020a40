// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gemflow/core/chunk.hpp"
#include "gemflow/core/genes.hpp"
#include "gemflow/core/job.hpp"
#include "gemflow/core/query.hpp"
#include "gemflow/core/reader.hpp"

namespace gemflow {

/// The label of a cell that a model, or whoever judged its answer, did not dare to name. Nothing is learnt from it.
inline constexpr std::string_view unassigned = "unassigned";

enum class Modality { bulk, single_cell };

/// "bulk", "single_cell".
[[nodiscard]] std::string_view name_of(Modality modality) noexcept;
/// The depth of a generated mean where none is asked for, as the API documents it: 10,000,000 for bulk, 10,000 for a cell.
[[nodiscard]] double default_total_count(Modality modality) noexcept;

/// One metadata field that a model knows.
struct Field {
  std::string key;    ///< the API's: "cell_type_ontology_id", "perturbation_type"
  std::string group;  ///< latent group: "technical", "biological", "perturbation"
  std::vector<std::string> values;    ///< the vocabulary, as queries spell it; empty for numbers or where it is secret
  std::vector<std::string> names;     ///< readable names beside `values`; empty, or as many
  std::vector<std::int64_t> n_cells;  ///< training cells of each value; empty, or as many
  bool predicted = false;             ///< has a classifier head

  /// The key without "_ontology_id": what columns and options are named after.
  [[nodiscard]] std::string_view name() const noexcept;
};

/// What there is to know about a model before it is asked. Read once; a hosted model's version, and its gene_order in generate, come
/// with its first answer, and stay.
struct ModelCard {
  std::string id;
  std::string version;
  std::string checksum;  ///< "sha256:…" of the weights; empty for hosted models
  Modality modality = Modality::single_cell;
  Genes gene_order;      ///< names: what the model calls its genes; column "symbol" and column "gene_id" where known
  bool any_genes = false;              ///< takes whatever genes the file has; gene_order is empty then
  std::vector<float> mean_expression;  ///< share of all counts by gene, sums to 1; empty where unknown
  std::vector<Task> tasks;
  std::vector<Field> fields;
  std::vector<std::string> latent_groups;
  Limit limit;            ///< the largest batch
  int max_in_flight = 1;  ///< threads that may call `answer` at once
  std::string licence;    ///< SPDX id of the weights
  std::string trained_on; ///< one sentence
  std::string host;       ///< where questions are sent: "https://app.synthesize.bio"; empty: nowhere, the model is here

  [[nodiscard]] const Field* find_field(std::string_view key_or_name) const noexcept;
  [[nodiscard]] bool does(Task task) const noexcept;
};

/// A gene expression model, local or hosted.
class Model {
 public:
  virtual ~Model() = default;
  [[nodiscard]] virtual const ModelCard& card() const noexcept = 0;

  /// Answers one batch. Synchronous; safe to call from card().max_in_flight threads at once.
  ///
  /// predict_metadata: one row a cell, without counts. obs: for each predicted field `<field>` (labels: readable names),
  ///   `<field>_ontology_id` where classes are ontology ids, `<field>_confidence` (float32); `outlier_score` (float32)
  ///   and `outlier` (bool) where the model can tell. obsm: latents named by group, probabilities named by field.
  ///   layers: `decoder_sample` in gene_order where it was asked for.
  /// generate, condition: one row a sample; counts in gene_order. obs: what the model adds to what was asked; obsm: latents.
  /// Errors: model (a key or value that it does not know; a hosted one refused, or its answer is none), unsupported (a task),
  /// interrupted; of a hosted model usage, pending (perhaps charged, and nobody knows), quota, network, io and input (its journal).
  [[nodiscard]] virtual Chunk answer(const Query& query, Job& job) = 0;
};

}  // namespace gemflow
