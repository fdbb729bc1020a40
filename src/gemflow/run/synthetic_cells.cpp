// SPDX-License-Identifier: Apache-2.0
#include "gemflow/run/synthetic_cells.hpp"

#include <algorithm>
#include <iterator>
#include <memory>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "gemflow/core/error.hpp"
#include "gemflow/run/answers.hpp"

namespace gemflow {
namespace {

using Names = std::shared_ptr<const std::vector<std::string>>;

Names share(std::vector<std::string> names) { return std::make_shared<const std::vector<std::string>>(std::move(names)); }

std::string name_of(const Condition& condition, std::size_t number) {
  return condition.name.empty() ? "condition" + std::to_string(number + 1) : condition.name;
}

std::vector<std::string> names_of(const std::vector<Condition>& conditions) {
  std::vector<std::string> names;
  std::unordered_set<std::string> taken;
  for (const Condition& condition : conditions) {
    std::string name = name_of(condition, names.size());
    if (!taken.insert(name).second) {
      throw Error(ErrorKind::usage, "two conditions are named '" + printable(name) + "'",
                  "give each line of the table its own name, or none");
    }
    names.push_back(std::move(name));
  }
  return names;
}

std::vector<std::string> keys_of(const std::vector<Metadata>& metadata) {
  std::vector<std::string> keys;
  for (const Metadata& one : metadata) {
    for (const auto& [key, value] : one.entries()) {
      if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(key);
    }
  }
  return keys;
}

}  // namespace

SyntheticCells::SyntheticCells(const std::vector<Condition>& conditions, std::string prefix, std::vector<Metadata> controls)
    : conditions_(conditions), prefix_(std::move(prefix)), n_roles_(controls.empty() ? 1 : 2) {
  if (conditions.empty()) {
    throw Error(ErrorKind::usage, "no condition was given", "--set KEY=VALUE or --conditions TABLE");
  }
  names_ = share(names_of(conditions));
  std::vector<Metadata> all = metadata_of(conditions);
  std::move(controls.begin(), controls.end(), std::back_inserter(all));
  for (const std::string& key : keys_of(all)) add_key(key, all);
}

void SyntheticCells::add_key(const std::string& key, const std::vector<Metadata>& metadata) {
  std::vector<std::string> values;
  std::unordered_map<std::string_view, std::int32_t> numbers;  // views into the metadata
  std::vector<std::int32_t> of_condition;
  for (const Metadata& one : metadata) {
    const auto value = one.find(key);
    of_condition.push_back(-1);
    if (!value) continue;
    const auto [at, is_new] = numbers.try_emplace(*value, static_cast<std::int32_t>(values.size()));
    if (is_new) values.emplace_back(*value);
    of_condition.back() = at->second;
  }
  keys_.push_back({key, share(std::move(values)), std::move(of_condition)});
}

void SyntheticCells::describe(Chunk& answer, std::span<const Sample> samples,
                              const std::vector<std::string>& references) const {
  static const Names synthetic = share({"synthetic"});
  static const Names roles = share({"treated", "control"});
  std::vector<std::int32_t> condition_of, role_of, metadata_of_row;
  std::vector<std::int64_t> replicates;
  Text reference_of;
  answer.cell_names.clear();
  for (std::size_t i = 0; i < samples.size(); ++i) {
    for (std::int32_t role = 0; role < n_roles_; ++role) {
      condition_of.push_back(samples[i].condition);
      role_of.push_back(role);
      metadata_of_row.push_back(samples[i].condition + role * static_cast<std::int32_t>(conditions_.size()));
      replicates.push_back(samples[i].replicate + 1);
      if (!references.empty()) reference_of.push_back(references[i]);
      const std::string& condition = condition_name(samples[i]);
      const std::string name = references.empty() ? condition : references[i] + "_" + condition;
      answer.cell_names.push_back(name + "_" + std::to_string(replicates.back()) + (role == 0 ? "" : "_control"));
    }
  }
  const std::size_t n = condition_of.size();
  std::vector<Column> obs;
  for (const Key& key : keys_) {
    std::vector<std::int32_t> codes;
    for (const std::int32_t one : metadata_of_row) codes.push_back(key.of_condition[static_cast<std::size_t>(one)]);
    obs.push_back({key.name, Labels{std::move(codes), key.values}});
  }
  obs.push_back({prefix_ + "_origin", Labels{std::vector<std::int32_t>(n, 0), synthetic}});
  obs.push_back({prefix_ + "_condition", Labels{std::move(condition_of), names_}});
  obs.push_back({prefix_ + "_replicate", std::move(replicates)});
  if (!references.empty()) {
    obs.push_back({prefix_ + "_reference_cell", std::move(reference_of)});
    obs.push_back({prefix_ + "_role", Labels{std::move(role_of), roles}});
  }
  for (Column& column : answer.obs) {
    column.name = prefix_ + "_" + column.name;
    obs.push_back(std::move(column));
  }
  answer.obs = std::move(obs);
  for (Matrix& matrix : answer.obsm) matrix.name = slot_name(matrix, prefix_);
}

Genes genes_of(const ModelCard& card) {
  Genes genes{card.gene_order.names, {}, {}};
  if (const Column* symbols = card.gene_order.find_column("symbol")) {
    genes.columns.push_back({"feature_name", symbols->values});
  }
  return genes;
}

std::vector<Metadata> metadata_of(const std::vector<Condition>& conditions) {
  std::vector<Metadata> metadata;
  for (const Condition& condition : conditions) metadata.push_back(condition.metadata);
  return metadata;
}

}  // namespace gemflow
