// SPDX-License-Identifier: Apache-2.0
#include "gemflow/run/predict_metadata.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "gemflow/core/error.hpp"
#include "gemflow/run/answers.hpp"
#include "gemflow/run/batch_limits.hpp"
#include "gemflow/run/in_order.hpp"
#include "gemflow/run/outlier_limit.hpp"
#include "gemflow/run/part.hpp"
#include "gemflow/run/provenance.hpp"
#include "gemflow/run/run_modality.hpp"

namespace gemflow {
namespace {

struct Batch {
  Chunk chunk;   ///< the file's cells
  Query query;   ///< the same cells in the model's genes
  Chunk answer;
  std::vector<Column> given;  ///< what the cells came with, one column a check
};

std::vector<LabelCheck> checks_of(const PredictOptions& options, const ModelCard& card) {
  std::vector<LabelCheck> checks;
  for (const LabelCheckOptions& one : options.checks) {
    checks.emplace_back(one, card, options.run.prefix);
    const auto same = [&](const LabelCheck& other) { return other.result().field == checks.back().result().field; };
    if (std::any_of(checks.begin(), checks.end() - 1, same)) {
      throw Error(ErrorKind::usage, "'" + checks.back().result().field + "' is checked twice",
                  "one column of given labels for each field");
    }
  }
  return checks;
}

/// Takes the columns of given labels out of a chunk: they are the file's own, and are not written again.
std::vector<Column> take_given(Chunk& chunk, const std::vector<LabelCheck>& checks) {
  std::vector<Column> given;
  for (const LabelCheck& check : checks) given.push_back(*chunk.find_obs(check.column()));
  for (const LabelCheck& check : checks) {
    std::erase_if(chunk.obs, [&](const Column& column) { return column.name == check.column(); });
  }
  return given;
}

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
  for (const auto& [field, names] : answers.class_names()) provenance.add("class_names/" + field, names);
  std::vector<std::string> checks;
  for (const LabelCheckOptions& check : options.checks) checks.push_back(check.column + "=" + check.field);
  if (!checks.empty()) provenance.add("checks", std::move(checks));
  return provenance;
}

/// Outliers are judged for the whole: of a part they are told to whoever puts it together with the others.
void judge(const AnswerTable& answers, const ModelCard& card, const PredictOptions& options, PartWriter* part, Report& report) {
  const OutlierCount count{answers.n_outliers(), answers.n_cells() - answers.n_empty()};
  const OutlierLimit limit{options.max_outliers, options.outliers_stop};
  if (part == nullptr) return judge_outliers(count, {card.id, card.trained_on}, limit, report);
  PartMark& mark = part->mark();
  mark.duplicates = name_of(options.run.genes.duplicates);
  mark.label_names = options.label_names;
  mark.n_empty = answers.n_empty();
  mark.n_judged = count.n_judged;
  mark.knows_outliers = answers.knows_outliers();
  mark.n_outliers = count.n_outliers;
  mark.outliers = limit;
}

}  // namespace

PredictResult predict_metadata(Reader& in, Model& model, Writer& file, const PredictOptions& options, Job& job) {
  const ModelCard& card = model.card();
  const GeneMap map = map_genes(in.genes(), card, options.run.genes);
  CountsCheck check(in.genes(), check_options(in, options.run));
  std::vector<LabelCheck> checks = checks_of(options, card);
  AnswerTable answers(card, {options.run.prefix, options.min_confidence, options.latents_in_obs});
  std::optional<PartWriter> part;
  if (options.run.part) part.emplace(file, *options.run.part, true);
  Writer& out = part ? *part : file;
  tell_genes(map, *job.report);
  out.genes(map.table());

  const Limit limit = batch_limit(card, options.run);
  RunModality modality(card, in, options.run, limit);
  std::int64_t position = options.run.first_row;
  const auto next = [&](Batch& batch) {
    if (!in.next(batch.chunk, limit)) return false;
    batch.given = take_given(batch.chunk, checks);
    check.check(batch.chunk, *job.workers);
    modality.look(batch.chunk.counts, job);
    map.align(batch.chunk.counts, batch.query.counts, *job.workers);
    batch.query.task = Task::predict_metadata;
    batch.query.position = std::exchange(position, position + batch.chunk.n_cells());
    batch.query.options = options.run.query;
    return true;
  };
  const auto ask = [&](Batch& batch, Job& own) { batch.answer = model.answer(batch.query, own); };
  const auto tell = [&] { job.report->progress("cells", answers.n_cells(), in.n_cells()); };
  const auto take = [&](Batch& batch) {
    for (Layer& layer : batch.answer.layers) place_layer(map, layer, *job.workers);
    answers.complete(batch.answer, batch.query.counts);
    for (std::size_t i = 0; i < checks.size(); ++i) {
      checks[i].compare(batch.answer, batch.given[i], batch.chunk.cell_names, options.on_mismatch);
    }
    batch.chunk.add(std::move(batch.answer));
    out.append(batch.chunk);
    tell();
  };
  in_order<Batch>(card.max_in_flight, job, {next, ask, take, tell});

  check.finish(*job.report);
  judge(answers, card, options, part ? &*part : nullptr, *job.report);
  out.finish(provenance_of(options, card, map, answers, in));
  PredictResult result{answers.n_cells(), answers.n_empty(), answers.n_outliers(), answers.knows_outliers(),
                       map.match(),       answers.labels(),  {}};
  for (const LabelCheck& one : checks) result.checks.push_back(one.result());
  return result;
}

}  // namespace gemflow
