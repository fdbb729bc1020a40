// SPDX-License-Identifier: Apache-2.0
#include <numeric>

#include "gem_local/gem_model.hpp"
#include "gem_local/latents.hpp"
#include "gem_local/outliers.hpp"
#include "gem_local/tiles.hpp"

namespace gemflow::gem_local {
namespace {

/// What one head says of all cells.
struct HeadAnswer {
  std::vector<std::int32_t> classes;
  std::vector<float> confidence;
  std::vector<float> probabilities;
};

HeadAnswer classify(const Classifier& classifier, const CountChunk& counts, Workers& workers) {
  const auto n = static_cast<std::size_t>(counts.n_cells());
  const auto n_classes = static_cast<std::size_t>(classifier.n_classes());
  HeadAnswer answer{std::vector<std::int32_t>(n), std::vector<float>(n), std::vector<float>(n * n_classes)};
  in_tiles(workers, counts.n_cells(), [&](std::int64_t cell) {
    const auto row = static_cast<std::size_t>(cell);
    const DoubleRow p = classifier.probabilities(counts.cell(cell));
    Index best = 0;
    const double top = p.maxCoeff(&best);
    answer.classes[row] = static_cast<std::int32_t>(best);
    answer.confidence[row] = static_cast<float>(top);
    for (std::size_t c = 0; c < n_classes; ++c) {
      answer.probabilities[row * n_classes + c] = static_cast<float>(p[static_cast<Index>(c)]);
    }
  });
  return answer;
}

void add_labels(const Engine& engine, std::size_t number, const Query& query, Workers& workers, Chunk& answer) {
  const Head& head = engine.parameters.heads[number];
  const Field& field = engine.parameters.fields[static_cast<std::size_t>(head.field)].field;
  const std::string name(field.name());
  HeadAnswer found = classify(engine.classifiers[number], query.counts, workers);
  const auto& [values, names] = engine.classes[number];
  answer.obs.push_back({name, Labels{found.classes, names}});
  if (name != field.key) answer.obs.push_back({field.key, Labels{found.classes, values}});
  answer.obs.push_back({name + "_confidence", std::move(found.confidence)});
  if (query.options.probabilities) {
    answer.obsm.push_back({name, MatrixKind::probabilities, *names, std::move(found.probabilities)});
  }
}

/// Latents of all cells: the posterior's mode, or a draw from it.
DoubleMatrix latents_of(const Engine& engine, const Query& query, Workers& workers) {
  const CountChunk& counts = query.counts;
  DoubleMatrix latents(counts.n_cells(), engine.encoder.n_latents());
  in_tiles(workers, counts.n_cells(), [&](std::int64_t cell) {
    const Posterior posterior = engine.encoder.encode(counts.cell(cell));
    const CellRandom random{query.options.seed, counts.number(cell), 0};
    latents.row(cell) =
        query.options.sample_latents ? draw_latents(engine.parameters, posterior, random) : posterior.mean;
  });
  return latents;
}

void add_outliers(const Parameters& p, const DoubleMatrix& latents, Workers& workers, Chunk& answer) {
  std::vector<float> scores(static_cast<std::size_t>(latents.rows()));
  in_tiles(workers, latents.rows(), [&](std::int64_t cell) {
    const DoubleRow own = latents.row(cell).segment(p.first_latent(biological), p.n_latents[biological]);
    scores[static_cast<std::size_t>(cell)] = static_cast<float>(outlier_score(p.outliers, own));
  });
  std::vector<bool> flags;
  for (const float score : scores) flags.push_back(score > p.outliers.threshold);
  answer.obs.push_back({"outlier_score", std::move(scores)});
  answer.obs.push_back({"outlier", std::move(flags)});
}

/// The cells as the model would make them from their latents.
CountChunk reconstruct(const Engine& engine, const DoubleMatrix& latents, const Query& query, Workers& workers) {
  const auto make = [&](std::int64_t cell) {
    const CellRandom random{query.options.seed, query.counts.number(cell), 0};
    FloatRow rates = engine.parameters.base;
    for (const LatentGroup group : {technical, biological, perturbation}) {
      add_latents(engine.parameters, group, latents.row(cell), rates);
    }
    const Depth depth{query.counts.total(cell), false};
    return synthetic_counts(shares_of(rates), engine.parameters.dispersion, depth, query.options, random);
  };
  return make_cells(query.counts.n_cells(), query.options, workers, make);
}

}  // namespace

Chunk predict(const Engine& engine, const Query& query, Workers& workers) {
  Chunk answer;
  answer.counts.clear_like(query.counts);
  answer.counts.append_empty(query.counts.n_cells());
  for (std::size_t i = 0; i < engine.classifiers.size(); ++i) add_labels(engine, i, query, workers, answer);
  const DoubleMatrix latents = latents_of(engine, query, workers);
  put_beside(engine.parameters, latents, answer);
  if (engine.parameters.outliers.precision.size() > 0) {
    add_outliers(engine.parameters, latents, workers, answer);
  }
  if (query.options.decoder_sample) {
    answer.layers.push_back({"decoder_sample", reconstruct(engine, latents, query, workers)});
  }
  return answer;
}

}  // namespace gemflow::gem_local
