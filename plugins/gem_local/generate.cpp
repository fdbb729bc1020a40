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

}  // namespace

void add_residual(const Engine& engine, const CellRandom& random, FloatRow& log_rates) {
  const Random normals = random.stream(Stream::biological);
  const auto loadings = engine.parameters.residual_loadings();
  for (Index factor = 0; factor < loadings.rows(); ++factor) {
    // Word 0 of the stream draws the level.
    const auto index = static_cast<std::uint64_t>(factor) + 1;
    log_rates += static_cast<float>(normals.normal(index)) * loadings.row(factor);
  }
  log_rates -= engine.half_square;
}

Chunk generate(const Engine& engine, const Query& query, Workers& workers) {
  std::vector<Levels> asked;
  for (const Metadata& metadata : query.conditions) {
    asked.push_back(engine.decoder.levels_of(metadata, query.options.allow_unseen));
  }
  // Samples of one combination share its rates.
  std::map<Levels, FloatRow> rates;
  std::vector<const std::pair<const Levels, FloatRow>*> of_sample;
  std::vector<CellRandom> randoms;
  for (const Sample& sample : query.samples) {
    const CellRandom random{sample.seed, sample.number, sample.replicate};
    const Levels levels =
        engine.decoder.fill(asked[static_cast<std::size_t>(sample.condition)], query.options.deterministic_latents,
                            random.stream(Stream::technical), random.stream(Stream::biological));
    auto found = rates.find(levels);
    if (found == rates.end()) found = rates.emplace(levels, engine.decoder.log_rates(levels)).first;
    of_sample.push_back(&*found);
    randoms.push_back(random);
  }
  const auto make = [&](std::int64_t i) {
    const auto& [levels, mean_rates] = *of_sample[static_cast<std::size_t>(i)];
    const CellRandom& random = randoms[static_cast<std::size_t>(i)];
    FloatRow log_rates = mean_rates;
    if (!query.options.deterministic_latents) add_residual(engine, random, log_rates);
    return synthetic_counts(shares_of(log_rates), engine.parameters.dispersion,
                            depth_of(engine, levels, query.options, random), query.options, random);
  };
  Chunk answer;
  answer.counts = make_cells(static_cast<std::int64_t>(query.samples.size()), query.options, workers, make);
  return answer;
}

}  // namespace gemflow::gem_local
