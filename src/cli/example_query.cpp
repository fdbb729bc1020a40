// SPDX-License-Identifier: Apache-2.0
#include "example_query.hpp"

namespace gemflow::cli {
namespace {

/// Metadata of the fields in these groups; technical fields are for the model to fill.
Json metadata_of(const ModelCard& card, bool perturbed) {
  Json metadata = Json::object();
  for (const Field& field : card.fields) {
    if (field.values.empty()) continue;
    if (field.group == "biological") metadata[field.key] = field.values.front();
    if (field.group == "perturbation" && perturbed) metadata[field.key] = field.values.back();
  }
  return metadata;
}

}  // namespace

Json example_query_of(const ModelCard& card) {
  Json inputs = Json::array();
  for (const bool perturbed : {false, true}) {
    Json metadata = metadata_of(card, perturbed);
    const bool is_new = inputs.empty() || inputs.front()["metadata"] != metadata;
    if (is_new) inputs.push_back({{"metadata", std::move(metadata)}, {"num_samples", 1}});
  }
  return {{"sampling_strategy", "mean estimation"}, {"seed", 0}, {"inputs", std::move(inputs)}};
}

}  // namespace gemflow::cli
