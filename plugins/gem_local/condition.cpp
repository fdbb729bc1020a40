// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "gem_local/gem_model.hpp"
#include "gem_local/latents.hpp"
#include "gem_local/synthetic_counts.hpp"
#include "gemflow/core/error.hpp"

namespace gemflow::gem_local {
namespace {

/// The logarithm's start: genes that are silent in the reference can be induced, and noise is not multiplied.
constexpr double single_cell_start = 1e-4;
constexpr double bulk_start = 1e-6;

using Kept = std::array<bool, n_groups>;

Kept kept_groups(const QueryOptions& options) {
  Kept kept{};
  for (const std::string& name : options.conditioning) {
    const LatentGroup group = group_named(name);
    if (group == n_groups) {
      throw Error(ErrorKind::usage, fmt::format("there is no latent group '{}' to keep", printable(name)),
                  "groups are 'biological', 'technical' and 'perturbation'");
    }
    kept[group] = true;
  }
  return kept;
}

/// Levels of the conditions; a key of a group that is kept from the reference contradicts it.
std::vector<Levels> asked_levels(const Engine& engine, const Query& query, const Kept& kept) {
  std::vector<Levels> all;
  for (const Metadata& metadata : query.conditions) {
    const Levels levels = engine.decoder.levels_of(metadata, query.options.allow_unseen);
    for (std::size_t field = 0; field < levels.size(); ++field) {
      const LatentGroup group = engine.parameters.group_of(field);
      if (levels[field] == -1 || !kept[group]) continue;
      const Field& given = engine.parameters.fields[field].field;
      throw Error(ErrorKind::model,
                  fmt::format("'{}' is {} and is kept from the reference cell", given.key, given.group),
                  fmt::format("--conditioning without {}, or without '{}'", given.group, given.key));
    }
    all.push_back(levels);
  }
  return all;
}

/// Sets each biological field that has a classifier to the cell's most probable class.
void recognise(const Engine& engine, CellCounts cell, Levels& levels) {
  for (std::size_t i = 0; i < engine.classifiers.size(); ++i) {
    const Head& head = engine.parameters.heads[i];
    const auto field = static_cast<std::size_t>(head.field);
    if (engine.parameters.group_of(field) != biological) continue;
    Index best = 0;
    engine.classifiers[i].logits(cell).maxCoeff(&best);
    levels[field] = head.classes[static_cast<std::size_t>(best)];
  }
}

/// All of a cell's counts lie in genes that were measured.
DoubleRow among(const std::vector<bool>& measured, DoubleRow shares) {
  if (measured.empty()) return shares;
  for (Index gene = 0; gene < shares.size(); ++gene) {
    if (!measured[static_cast<std::size_t>(gene)]) shares[gene] = 0;
  }
  const double sum = shares.sum();
  return sum > 0 ? DoubleRow(shares / sum) : shares;
}

/// One reference cell under one condition.
class Counterfactual {
 public:
  Counterfactual(const Engine& engine, const Query& query, const Kept& kept)
      : engine_(&engine), options_(&query.options), measured_(&query.measured), kept_(kept) {}

  [[nodiscard]] SparseCell make(CellCounts cell, const Levels& asked, const CellRandom& random) const {
    double total = 0;
    for (const double value : cell.values) total += value;
    if (total <= 0) return {};
    const Posterior posterior = engine_->encoder.encode(cell);
    const DoubleRow latents =
        options_->deterministic_latents ? posterior.mean : draw_latents(engine_->parameters, posterior, random);
    FloatRow before = engine_->parameters.base;
    for (const LatentGroup group : {technical, biological, perturbation}) {
      add_latents(engine_->parameters, group, latents, before);
    }
    const FloatRow after = rates_after(cell, asked, latents, random);
    const bool fixed = options_->fixed_total_count;
    const double wanted = fixed ? options_->total_count.value_or(default_total_count(engine_->parameters.modality)) : total;
    const DoubleRow shares = among(*measured_, anchored(cell, total, shares_of(before), shares_of(after)));
    return synthetic_counts(shares, engine_->parameters.dispersion, {wanted, fixed}, *options_, random);
  }

 private:
  [[nodiscard]] FloatRow rates_after(CellCounts cell, const Levels& asked, const DoubleRow& latents,
                                     const CellRandom& random) const {
    const Parameters& p = engine_->parameters;
    Levels levels = engine_->decoder.fill(asked, options_->deterministic_latents, random.stream(Stream::technical),
                                          random.stream(Stream::biological));
    if (kept_[biological]) recognise(*engine_, cell, levels);
    FloatRow rates = p.base;
    for (const LatentGroup group : {technical, biological, perturbation}) {
      if (kept_[group]) {
        add_latents(p, group, latents, rates);
      } else if (group == perturbation) {
        rates += engine_->decoder.perturbation_part(levels);
      } else {
        add_effects(group, levels, rates);
      }
    }
    if (!kept_[biological] && !options_->deterministic_latents) add_residual(*engine_, random, rates);
    return rates;
  }

  void add_effects(LatentGroup group, const Levels& levels, FloatRow& rates) const {
    const Parameters& p = engine_->parameters;
    for (std::size_t field = 0; field < levels.size(); ++field) {
      if (p.group_of(field) != group || levels[field] < 0) continue;
      rates += p.effects.row(p.fields[field].first_effect + levels[field]);
    }
  }

  /// The change from `before` to `after`, put on the cell's own profile in started logarithms. The profile is smoothed:
  /// what the counts and the model say of a gene's rate, weighed by the gene's dispersion.
  [[nodiscard]] DoubleRow anchored(CellCounts cell, double total, const DoubleRow& before,
                                   const DoubleRow& after) const {
    const Parameters& p = engine_->parameters;
    const double start = p.modality == Modality::bulk ? bulk_start : single_cell_start;
    DoubleRow counts = DoubleRow::Zero(before.size());
    for (std::size_t i = 0; i < cell.genes.size(); ++i) counts[cell.genes[i]] = cell.values[i];
    DoubleRow shares(before.size());
    for (Index gene = 0; gene < before.size(); ++gene) {
      const auto dispersion = static_cast<double>(p.dispersion[gene]);
      const double smoothed = before[gene] * (1 + dispersion * counts[gene]) / (1 + dispersion * total * before[gene]);
      const double moved = (smoothed + start) * (after[gene] + start) / (before[gene] + start) - start;
      shares[gene] = std::max(moved, 0.0);
    }
    return shares / shares.sum();
  }

  const Engine* engine_;
  const QueryOptions* options_;
  const std::vector<bool>* measured_;
  Kept kept_;
};

}  // namespace

Chunk condition(const Engine& engine, const Query& query, Workers& workers) {
  const Kept kept = kept_groups(query.options);
  const std::vector<Levels> asked = asked_levels(engine, query, kept);
  const Counterfactual counterfactual(engine, query, kept);
  const auto make = [&](std::int64_t i) {
    const Sample& sample = query.samples[static_cast<std::size_t>(i)];
    return counterfactual.make(query.counts.cell(sample.reference), asked[static_cast<std::size_t>(sample.condition)],
                               {sample.seed, sample.number, sample.replicate});
  };
  Chunk answer;
  answer.counts = make_cells(static_cast<std::int64_t>(query.samples.size()), query.options, workers, make);
  return answer;
}

}  // namespace gemflow::gem_local
