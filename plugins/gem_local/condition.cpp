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

/// A cell as it is made: its log rates, and the latents behind them.
struct Made {
  FloatRow log_rates;
  DoubleRow latents;
};

/// One reference cell under one condition.
class Counterfactual {
 public:
  Counterfactual(const Engine& engine, const Query& query, const Kept& kept)
      : engine_(&engine), options_(&query.options), measured_(&query.measured), kept_(kept) {}

  /// Sets `latents` to those of the cell that was made; a cell without counts is at the origin.
  [[nodiscard]] SparseCell make(CellCounts cell, const Levels& asked, const CellRandom& random, DoubleRow& latents) const {
    latents = DoubleRow::Zero(engine_->encoder.n_latents());
    double total = 0;
    for (const double value : cell.values) total += value;
    if (total <= 0) return {};
    const Posterior posterior = engine_->encoder.encode(cell);
    const DoubleRow own =
        options_->deterministic_latents ? posterior.mean : draw_latents(engine_->parameters, posterior, random);
    FloatRow before = engine_->parameters.base;
    for (const LatentGroup group : {technical, biological, perturbation}) {
      add_latents(engine_->parameters, group, own, before);
    }
    const Made after = made_of(cell, asked, own, random);
    latents = after.latents;
    const bool fixed = options_->fixed_total_count;
    const double wanted = fixed ? options_->total_count.value_or(default_total_count(engine_->parameters.modality)) : total;
    const DoubleRow shares = among(*measured_, anchored(cell, total, shares_of(before), shares_of(after.log_rates)));
    return synthetic_counts(shares, engine_->parameters.dispersion, {wanted, fixed}, *options_, random);
  }

 private:
  /// `own`: the reference's latents, of which the groups that are kept are taken.
  [[nodiscard]] Made made_of(CellCounts cell, const Levels& asked, const DoubleRow& own, const CellRandom& random) const {
    const Parameters& p = engine_->parameters;
    Levels levels = engine_->decoder.fill(asked, options_->deterministic_latents, random.stream(Stream::technical),
                                          random.stream(Stream::biological));
    if (kept_[biological]) recognise(*engine_, cell, levels);
    Made made{p.base, DoubleRow::Zero(own.size())};
    for (const LatentGroup group : {technical, biological, perturbation}) {
      if (kept_[group]) {
        add_latents(p, group, own, made.log_rates);
        made.latents.segment(p.first_latent(group), p.n_latents[group]) = own.segment(p.first_latent(group), p.n_latents[group]);
      } else {
        add_asked(group, levels, made);
      }
    }
    if (!kept_[biological] && !options_->deterministic_latents) {
      const DoubleRow residual = draw_residual(*engine_, random);
      add_residual(*engine_, residual, made.log_rates);
      set_residual(*engine_, residual, made.latents);
    }
    return made;
  }

  /// What a group's levels do in place of the reference's latents.
  void add_asked(LatentGroup group, const Levels& levels, Made& made) const {
    FloatRow part = FloatRow::Zero(made.log_rates.size());
    if (group == perturbation) {
      part = engine_->decoder.perturbation_part(levels);
      made.log_rates += part;
    } else {
      engine_->decoder.add_effects(group, levels, made.log_rates);
      engine_->decoder.add_effects(group, levels, part);
    }
    engine_->latent_reader.read(group, part, made.latents);
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
  DoubleMatrix latents(static_cast<Index>(query.samples.size()), engine.encoder.n_latents());
  const auto make = [&](std::int64_t i) {
    const Sample& sample = query.samples[static_cast<std::size_t>(i)];
    DoubleRow own;
    SparseCell cell = counterfactual.make(query.counts.cell(sample.reference), asked[static_cast<std::size_t>(sample.condition)],
                                          {sample.seed, sample.number, sample.replicate}, own);
    latents.row(i) = own;
    return cell;
  };
  Chunk answer;
  answer.counts = make_cells(static_cast<std::int64_t>(query.samples.size()), query.options, workers, make);
  put_beside(engine.parameters, latents, answer);
  return answer;
}

}  // namespace gemflow::gem_local
