// SPDX-License-Identifier: Apache-2.0
#include "gem_local/decoder.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "gemflow/core/error.hpp"
#include "gemflow/core/nearest.hpp"

namespace gemflow::gem_local {
namespace {

constexpr std::int32_t open = -1;
constexpr std::int32_t unseen = -2;  ///< a perturbation that the model does not know: the mean of those that it knows

constexpr std::string_view no_perturbation = "control";

std::map<Levels, std::int32_t> rows_of(const std::vector<Combination>& combinations) {
  std::map<Levels, std::int32_t> rows;
  for (const Combination& one : combinations) {
    if (one.interaction >= 0) rows.emplace(one.levels, one.interaction);
  }
  return rows;
}

std::vector<std::string> keys_of(const Parameters& parameters) {
  std::vector<std::string> keys;
  for (const FieldPart& part : parameters.fields) keys.push_back(part.field.key);
  return keys;
}

/// The level by its value or by its readable name.
std::int32_t level_of(const Parameters& parameters, std::size_t field, std::string_view value) {
  const std::int32_t level = parameters.find_level(field, value);
  if (level >= 0) return level;
  const std::vector<std::string>& names = parameters.fields[field].field.names;
  const auto at = std::find(names.begin(), names.end(), value);
  return at == names.end() ? open : static_cast<std::int32_t>(at - names.begin());
}

/// The mean effect of the perturbations that are none of control.
FloatRow mean_effect(const Parameters& parameters, std::size_t field) {
  const FieldPart& part = parameters.fields[field];
  FloatRow sum = FloatRow::Zero(parameters.n_genes());
  float n = 0;
  for (std::int32_t level = 0; level < part.n_levels; ++level) {
    if (level == parameters.find_level(field, no_perturbation)) continue;
    const auto cells = static_cast<float>(part.field.n_cells[static_cast<std::size_t>(level)]);
    sum += cells * parameters.effects.row(part.first_effect + level);
    n += cells;
  }
  return n > 0 ? FloatRow(sum / n) : sum;
}

bool agrees(const Levels& seen, const Levels& asked) {
  for (std::size_t f = 0; f < asked.size(); ++f) {
    if (asked[f] >= 0 && seen[f] != asked[f]) return false;
  }
  return true;
}

}  // namespace

Decoder::Decoder(const Parameters& parameters)
    : parameters_(&parameters),
      pair_rows_(rows_of(parameters.pairs)),
      condition_rows_(rows_of(parameters.conditions)) {}

void Decoder::set_level(Levels& levels, const std::string& key, std::string_view value, bool allow_unseen) const {
  const auto& fields = parameters_->fields;
  const auto found = std::find_if(fields.begin(), fields.end(), [&](const FieldPart& part) {
    return part.field.key == key || part.field.name() == key;
  });
  if (found == fields.end()) {
    throw Error(ErrorKind::usage, fmt::format("model '{}' knows no key '{}'", parameters_->id, printable(key)),
                did_you_mean(key, keys_of(*parameters_)));
  }
  if (found->field.values.empty()) {
    throw Error(ErrorKind::model, fmt::format("model '{}' keeps its values of '{}' secret", parameters_->id, key),
                "leave the key out: a value is drawn for each cell");
  }
  const auto field = static_cast<std::size_t>(found - fields.begin());
  levels[field] = level_of(*parameters_, field, value);
  if (levels[field] >= 0) return;
  if (!allow_unseen) {
    std::vector<std::string> known = found->field.values;
    known.insert(known.end(), found->field.names.begin(), found->field.names.end());
    throw Error(ErrorKind::model,
                fmt::format("model '{}' was not trained on '{}' of '{}'", parameters_->id, printable(value), key),
                did_you_mean(value, known));
  }
  if (parameters_->group_of(field) == perturbation) levels[field] = unseen;
}

Levels Decoder::levels_of(const Metadata& metadata, bool allow_unseen) const {
  Levels levels(parameters_->fields.size(), open);
  for (const auto& [key, value] : metadata.entries()) set_level(levels, key, value, allow_unseen);
  const Levels given = levels;
  for (std::size_t f = 0; f < levels.size(); ++f) {
    if (given[f] < 0) continue;
    for (const auto& [other, level] : parameters_->fields[f].implies[static_cast<std::size_t>(given[f])]) {
      std::int32_t& implied = levels[static_cast<std::size_t>(other)];
      if (implied == open) implied = level;
    }
  }
  return levels;
}

void Decoder::draw_group(Levels& levels, LatentGroup group, double uniform) const {
  const auto in_group = [&](std::size_t f) { return parameters_->group_of(f) == group; };
  Levels asked = levels;
  for (std::size_t f = 0; f < asked.size(); ++f) {
    if (!in_group(f)) asked[f] = open;
  }
  const auto fits = [&](const Combination& one) {
    if (!agrees(one.levels, asked)) return false;
    for (std::size_t f = 0; f < levels.size(); ++f) {
      if (in_group(f) && one.levels[f] < 0) return false;
    }
    return true;
  };
  double total = 0;
  for (const Combination& one : parameters_->conditions) total += fits(one) ? static_cast<double>(one.n_cells) : 0;
  double left = uniform * total;
  for (const Combination& one : parameters_->conditions) {
    if (!fits(one) || (left -= static_cast<double>(one.n_cells)) > 0) continue;
    for (std::size_t f = 0; f < levels.size(); ++f) {
      if (in_group(f)) levels[f] = one.levels[f];
    }
    return;
  }
}

Levels Decoder::fill(Levels levels, bool deterministic, const Random& technical_random,
                     const Random& biological_random) const {
  bool perturbed = false;
  bool is_unseen = false;
  for (std::size_t f = 0; f < levels.size(); ++f) {
    if (parameters_->group_of(f) != perturbation) continue;
    perturbed = perturbed || levels[f] != open;
    is_unseen = is_unseen || levels[f] == unseen;
  }
  for (std::size_t f = 0; f < levels.size(); ++f) {
    if (parameters_->group_of(f) != perturbation || levels[f] != open) continue;
    if (is_unseen) levels[f] = unseen;
    if (!perturbed) levels[f] = parameters_->find_level(f, no_perturbation);
  }
  if (!deterministic) {
    draw_group(levels, technical, technical_random.uniform(0));
    draw_group(levels, biological, biological_random.uniform(0));
  }
  return levels;
}

Levels Decoder::without(Levels levels, LatentGroup group) const {
  for (std::size_t f = 0; f < levels.size(); ++f) {
    if (parameters_->group_of(f) == group) levels[f] = open;
  }
  return levels;
}

void Decoder::add_interaction(const std::map<Levels, std::int32_t>& rows, const Levels& levels, FloatRow& sum) const {
  const auto found = rows.find(levels);
  if (found != rows.end()) sum += parameters_->interactions.row(found->second);
}

FloatRow Decoder::log_rates(const Levels& levels) const {
  FloatRow sum = parameters_->base + perturbation_part(levels);
  for (std::size_t f = 0; f < levels.size(); ++f) {
    if (parameters_->group_of(f) == perturbation || levels[f] < 0) continue;
    sum += parameters_->effects.row(parameters_->fields[f].first_effect + levels[f]);
  }
  add_interaction(condition_rows_, levels, sum);
  return sum;
}

void Decoder::add_effects(LatentGroup group, const Levels& levels, FloatRow& log_rates) const {
  for (std::size_t f = 0; f < levels.size(); ++f) {
    if (parameters_->group_of(f) != group || levels[f] < 0) continue;
    log_rates += parameters_->effects.row(parameters_->fields[f].first_effect + levels[f]);
  }
}

FloatRow Decoder::perturbation_part(const Levels& levels) const {
  FloatRow sum = FloatRow::Zero(parameters_->n_genes());
  for (std::size_t f = 0; f < levels.size(); ++f) {
    if (parameters_->group_of(f) != perturbation) continue;
    if (levels[f] >= 0) sum += parameters_->effects.row(parameters_->fields[f].first_effect + levels[f]);
    if (levels[f] == unseen) sum += mean_effect(*parameters_, f);
  }
  add_interaction(pair_rows_, without(levels, technical), sum);
  return sum;
}

Decoder::Depth Decoder::depth(const Levels& levels) const {
  const Levels nobody(levels.size(), open);
  const std::array<Levels, 4> nearest{levels, without(levels, technical),
                                      without(without(levels, technical), perturbation), nobody};
  for (const Levels& asked : nearest) {
    double n = 0, sum = 0, squares = 0;
    for (const Combination& one : parameters_->conditions) {
      if (!agrees(one.levels, asked)) continue;
      const auto cells = static_cast<double>(one.n_cells);
      n += cells;
      sum += cells * one.log_depth_mean;
      squares += cells * (one.log_depth_sd * one.log_depth_sd + one.log_depth_mean * one.log_depth_mean);
    }
    if (n > 0) return {sum / n, std::sqrt(std::max(0.0, squares / n - sum / n * (sum / n)))};
  }
  return {};
}

}  // namespace gemflow::gem_local
