// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <nlohmann/json.hpp>

#include "gemflow/core/error.hpp"
#include "gemflow/models.hpp"

namespace gemflow {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t shortest_profile = 8;  ///< for a model that takes any genes

/// Metadata of the fields in these groups; technical fields are for the model to fill.
Json metadata_of(const ModelCard& card, bool biological, bool perturbed) {
  Json metadata = Json::object();
  for (const Field& field : card.fields) {
    if (field.values.empty()) continue;
    if (field.group == "biological" && biological) metadata[field.key] = field.values.front();
    if (field.group == "perturbation" && perturbed) metadata[field.key] = field.values.back();
  }
  return metadata;
}

Json made_up_counts(std::size_t n_genes) {
  Json counts = Json::array();
  for (std::size_t gene = 0; gene < n_genes; ++gene) counts.push_back(gene % 5);
  return counts;
}

/// A whole profile in gene_order: the mean of the model's first kind of cell, always the same; a made-up one of a model that
/// makes no cells.
Json profile(Model& model, Job& job) {
  const ModelCard& card = model.card();
  if (!card.does(Task::generate)) return made_up_counts(card.any_genes ? shortest_profile : card.gene_order.size());
  Query query;
  query.task = Task::generate;
  query.options.deterministic_latents = true;
  query.conditions.emplace_back();
  const Json metadata = metadata_of(card, true, false);
  for (const auto& [key, value] : metadata.items()) query.conditions.back().set(key, value.get<std::string>());
  query.samples.emplace_back();
  const Chunk answer = model.answer(query, job);
  Json counts = Json::array();
  for (std::size_t gene = 0; gene < card.gene_order.size(); ++gene) counts.push_back(0);
  const CellCounts cell = answer.counts.cell(0);
  for (std::size_t i = 0; i < cell.genes.size(); ++i) {
    counts[static_cast<std::size_t>(cell.genes[i])] = std::llround(cell.values[i]);
  }
  return counts;
}

std::string what_it_lacks(Task task) {
  switch (task) {
    case Task::generate: return "makes no cells from metadata";
    case Task::condition: return "perturbs no cells";
    case Task::predict_metadata: break;
  }
  return "predicts no metadata";
}

Json generate_inputs(const ModelCard& card) {
  Json inputs = Json::array();
  for (const bool perturbed : {false, true}) {
    Json metadata = metadata_of(card, true, perturbed);
    const bool is_new = inputs.empty() || inputs.front()["metadata"] != metadata;
    if (is_new) inputs.push_back({{"metadata", std::move(metadata)}, {"num_samples", 1}});
  }
  return inputs;
}

}  // namespace

std::string example_query(Model& model, Task task, Job& job) {
  const ModelCard& card = model.card();
  if (!card.does(task)) {
    throw Error(ErrorKind::unsupported, "model '" + card.id + "' " + what_it_lacks(task) + ", and has no example query");
  }
  Json query{{"sampling_strategy", "mean estimation"}, {"seed", 0}, {"inputs", Json::array()}};
  switch (task) {
    case Task::generate: query["inputs"] = generate_inputs(card); break;
    case Task::condition:
      query["conditioning"] = {"biological", "technical"};
      query["inputs"].push_back(
          {{"counts", profile(model, job)}, {"metadata", metadata_of(card, false, true)}, {"num_samples", 1}});
      break;
    case Task::predict_metadata:
      query.erase("sampling_strategy");
      query["inputs"].push_back({{"counts", profile(model, job)}});
      break;
  }
  return query.dump();
}

}  // namespace gemflow
