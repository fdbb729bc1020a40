// SPDX-License-Identifier: Apache-2.0
#include "gem_local/parameters.hpp"

#include <algorithm>
#include <cmath>

namespace gemflow::gem_local {
namespace {

constexpr std::array<std::string_view, n_groups> group_names{"technical", "biological", "perturbation"};

/// Cells in one batch: an answer of this many cells stays near the unit of work for models of 20,000 genes.
constexpr std::int64_t most_cells_at_once = 4096;

}  // namespace

LatentGroup group_named(std::string_view name) noexcept {
  const auto at = std::find(group_names.begin(), group_names.end(), name);
  return static_cast<LatentGroup>(at - group_names.begin());
}

std::int32_t Parameters::first_latent(LatentGroup group) const noexcept {
  std::int32_t first = 0;
  for (int before = 0; before < group; ++before) first += n_latents[static_cast<std::size_t>(before)];
  return first;
}

LatentGroup Parameters::group_of(std::size_t field) const { return group_named(fields[field].field.group); }

std::int32_t Parameters::find_level(std::size_t field, std::string_view value) const noexcept {
  const std::vector<std::string>& values = fields[field].field.values;
  const auto at = std::find(values.begin(), values.end(), value);
  return at == values.end() ? -1 : static_cast<std::int32_t>(at - values.begin());
}

ModelCard card_of(const Parameters& parameters, std::string checksum) {
  ModelCard card;
  card.id = parameters.id;
  card.version = parameters.version;
  card.checksum = std::move(checksum);
  card.modality = parameters.modality;
  card.gene_order = parameters.genes;
  const FloatRow shares = parameters.base.array().exp();
  card.mean_expression.assign(shares.data(), shares.data() + shares.size());
  card.tasks = {Task::generate, Task::condition, Task::predict_metadata};
  for (const FieldPart& part : parameters.fields) card.fields.push_back(part.field);
  for (std::size_t group = 0; group < n_groups; ++group) {
    if (parameters.n_latents[group] > 0) card.latent_groups.emplace_back(group_names[group]);
  }
  card.limit.cells = most_cells_at_once;
  card.licence = parameters.licence;
  card.trained_on = parameters.trained_on;
  return card;
}

}  // namespace gemflow::gem_local
