// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <map>

#include "gem_local/gem_model.hpp"
#include "gem_local/synthetic_counts.hpp"

namespace gemflow::gem_local {
namespace {

Depth depth_of(const Engine& engine, const Levels& levels, const QueryOptions& options, const CellRandom& random) {
  if (options.total_count) return {*options.total_count, true};
  if (options.sampling == Sampling::mean) {
    return {default_total_count(engine.parameters.modality), false};
  }
  const Decoder::Depth depth = engine.decoder.depth(levels);
  return {std::exp(depth.log_mean + depth.log_sd * random.stream(Stream::depth).normal(0)), false};
}

/// What all cells of one combination of levels share.
struct Mean {
  FloatRow log_rates;
  DoubleRow latents;  ///< those of the residual factors are 0
};

Mean mean_of(const Engine& engine, const Levels& levels) {
  Mean mean{engine.decoder.log_rates(levels), DoubleRow::Zero(engine.encoder.n_latents())};
  for (const LatentGroup group : {technical, biological}) {
    FloatRow part = FloatRow::Zero(engine.parameters.n_genes());
    engine.decoder.add_effects(group, levels, part);
    engine.latent_reader.read(group, part, mean.latents);
  }
  engine.latent_reader.read(perturbation, engine.decoder.perturbation_part(levels), mean.latents);
  return mean;
}

}  // namespace

DoubleRow draw_residual(const Engine& engine, const CellRandom& random) {
  const Random normals = random.stream(Stream::biological);
  DoubleRow residual(engine.parameters.n_residual);
  // Word 0 of the stream draws the level.
  for (Index factor = 0; factor < residual.size(); ++factor) {
    residual[factor] = normals.normal(static_cast<std::uint64_t>(factor) + 1);
  }
  return residual;
}

void add_residual(const Engine& engine, const DoubleRow& residual, FloatRow& log_rates) {
  const auto loadings = engine.parameters.residual_loadings();
  for (Index factor = 0; factor < loadings.rows(); ++factor) {
    log_rates += static_cast<float>(residual[factor]) * loadings.row(factor);
  }
  log_rates -= engine.half_square;
}

void set_residual(const Engine& engine, const DoubleRow& residual, DoubleRow& latents) {
  const Index first = engine.parameters.first_latent(perturbation) - residual.size();
  latents.segment(first, residual.size()) = residual;
}

Chunk generate(const Engine& engine, const Query& query, Workers& workers) {
  std::vector<Levels> asked;
  for (const Metadata& metadata : query.conditions) {
    asked.push_back(engine.decoder.levels_of(metadata, query.options.allow_unseen));
  }
  std::map<Levels, Mean> means;
  std::vector<const std::pair<const Levels, Mean>*> of_sample;
  std::vector<CellRandom> randoms;
  for (const Sample& sample : query.samples) {
    const CellRandom random{sample.seed, sample.number, sample.replicate};
    const Levels levels =
        engine.decoder.fill(asked[static_cast<std::size_t>(sample.condition)], query.options.deterministic_latents,
                            random.stream(Stream::technical), random.stream(Stream::biological));
    auto found = means.find(levels);
    if (found == means.end()) found = means.emplace(levels, mean_of(engine, levels)).first;
    of_sample.push_back(&*found);
    randoms.push_back(random);
  }
  DoubleMatrix latents(static_cast<Index>(query.samples.size()), engine.encoder.n_latents());
  const auto make = [&](std::int64_t i) {
    const auto& [levels, mean] = *of_sample[static_cast<std::size_t>(i)];
    const CellRandom& random = randoms[static_cast<std::size_t>(i)];
    FloatRow log_rates = mean.log_rates;
    DoubleRow own = mean.latents;
    if (!query.options.deterministic_latents) {
      const DoubleRow residual = draw_residual(engine, random);
      add_residual(engine, residual, log_rates);
      set_residual(engine, residual, own);
    }
    latents.row(i) = own;
    return synthetic_counts(shares_of(log_rates), engine.parameters.dispersion,
                            depth_of(engine, levels, query.options, random), query.options, random);
  };
  Chunk answer;
  answer.counts = make_cells(static_cast<std::int64_t>(query.samples.size()), query.options, workers, make);
  put_beside(engine.parameters, latents, answer);
  return answer;
}

}  // namespace gemflow::gem_local
