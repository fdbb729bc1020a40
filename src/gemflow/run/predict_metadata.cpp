// SPDX-License-Identifier: Apache-2.0
#include "gemflow/run/predict_metadata.hpp"

#include <algorithm>
#include <utility>

#include "gemflow/ops/modality.hpp"
#include "gemflow/run/answers.hpp"
#include "gemflow/run/batch_limits.hpp"
#include "gemflow/run/in_order.hpp"
#include "gemflow/run/outlier_limit.hpp"
#include "gemflow/run/provenance.hpp"

namespace gemflow {
namespace {

struct Batch {
  Chunk chunk;   ///< the file's cells
  Query query;   ///< the same cells in the model's genes
  Chunk answer;
};

/// The model's reconstruction back in the file's genes; those that the model lacks are zero.
void place_layer(const GeneMap& map, Layer& layer, Workers& workers) {
  CountChunk placed;
  map.place(layer.counts, nullptr, placed, workers);
  layer.counts = std::move(placed);
}

Provenance provenance_of(const PredictOptions& options, const ModelCard& card, const GeneMap& map,
                         const AnswerTable& answers, const Reader& in) {
  Provenance provenance = begin_provenance("predict_metadata", card, options.run);
  add_genes(provenance, map, in, options.run);
  provenance.add("min_confidence", options.min_confidence);
  provenance.add("sample_latents", options.run.query.sample_latents);
  for (const auto& [field, classes] : answers.classes()) provenance.add("classes/" + field, classes);
  return provenance;
}

}  // namespace

PredictResult predict_metadata(Reader& in, Model& model, Writer& out, const PredictOptions& options, Job& job) {
  const ModelCard& card = model.card();
  const GeneMap map = map_genes(in.genes(), card, options.run.genes);
  CountsCheck check(in.genes(), check_options(in, options.run));
  ModalityCheck modality(card, static_cast<std::int64_t>(in.genes().size()));
  AnswerTable answers({options.run.prefix, options.min_confidence, options.latents_in_obs});
  tell_genes(map, *job.report);
  out.genes(map.table());

  const Limit limit = batch_limit(card, options.run);
  std::int64_t position = options.run.first_row;
  const auto next = [&](Batch& batch) {
    if (!in.next(batch.chunk, limit)) return false;
    check.check(batch.chunk, *job.workers);
    modality.look(batch.chunk.counts);
    map.align(batch.chunk.counts, batch.query.counts, *job.workers);
    batch.query.task = Task::predict_metadata;
    batch.query.position = std::exchange(position, position + batch.chunk.n_cells());
    batch.query.options = options.run.query;
    return true;
  };
  const auto ask = [&](Batch& batch, Job& own) { batch.answer = model.answer(batch.query, own); };
  const auto take = [&](Batch& batch) {
    for (Layer& layer : batch.answer.layers) place_layer(map, layer, *job.workers);
    answers.complete(batch.answer, batch.query.counts);
    batch.chunk.add(std::move(batch.answer));
    out.append(batch.chunk);
    job.report->progress("cells", answers.n_cells(), in.n_cells());
  };
  in_order<Batch>(card.max_in_flight, job, {next, ask, take});

  check.finish(*job.report);
  judge_outliers(answers.n_outliers(), answers.n_cells() - answers.n_empty(), card,
                 {options.max_outliers, options.outliers_stop}, *job.report);
  out.finish(provenance_of(options, card, map, answers, in));
  return {answers.n_cells(), answers.n_empty(), answers.n_outliers(), answers.knows_outliers(),
          map.match(), answers.labels()};
}

}  // namespace gemflow
