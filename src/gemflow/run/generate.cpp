// SPDX-License-Identifier: Apache-2.0
#include "gemflow/run/generate.hpp"

#include <algorithm>
#include <optional>
#include <set>

#include "gemflow/core/error.hpp"
#include "gemflow/run/batch_limits.hpp"
#include "gemflow/run/in_order.hpp"
#include "gemflow/run/part.hpp"
#include "gemflow/run/provenance.hpp"
#include "gemflow/run/rounding_loss.hpp"
#include "gemflow/run/synthetic_cells.hpp"

namespace gemflow {
namespace {

struct Batch {
  Query query;
  Chunk answer;
};

/// Walks over all samples of the chosen conditions, a batch at a time. They keep their numbers among all.
class SampleWalk {
 public:
  SampleWalk(const std::vector<Condition>& conditions, const RunOptions& options)
      : conditions_(&conditions),
        seed_(options.query.seed),
        condition_(static_cast<std::size_t>(options.first_row)),
        end_(static_cast<std::size_t>(std::min(options.end_row, static_cast<std::int64_t>(conditions.size())))) {}

  /// All of them.
  [[nodiscard]] std::int64_t n_expected() const noexcept {
    std::int64_t n = 0;
    for (std::size_t i = condition_; i < end_; ++i) n += (*conditions_)[i].num_samples;
    return n;
  }

  std::vector<Sample> next(std::int64_t most) {
    std::vector<Sample> samples;
    while (condition_ < end_ && static_cast<std::int64_t>(samples.size()) < most) {
      const Condition& condition = (*conditions_)[condition_];
      if (replicate_ == condition.num_samples) {
        ++condition_;
        replicate_ = 0;
        continue;
      }
      const auto number = static_cast<std::int32_t>(condition_);
      samples.push_back({number, -1, number, replicate_++, condition.seed.value_or(seed_)});
    }
    return samples;
  }

 private:
  const std::vector<Condition>* conditions_;
  std::uint64_t seed_;
  std::size_t condition_;
  std::size_t end_;
  std::int64_t replicate_ = 0;
};

}  // namespace

std::int64_t generate(const std::vector<Condition>& conditions, Model& model, Writer& file, const RunOptions& options,
                      Job& job) {
  const ModelCard& card = model.card();
  SyntheticCells cells(conditions, options.prefix);
  SampleWalk walk(conditions, options);
  const std::int64_t n_expected = walk.n_expected();
  std::optional<PartWriter> part;
  if (options.part) part.emplace(file, *options.part, false);
  Writer& out = part ? *part : file;
  if (options.query.sampling == Sampling::mean) {
    job.report->note(card.modality == Modality::bulk
                         ? "means are not samples: --sampling-strategy sample draws samples with their own noise"
                         : "means are not cells: --sampling-strategy sample draws cells with their own noise");
  }

  std::int64_t made = 0;
  const std::int64_t most = samples_a_batch(card, options);
  const auto next = [&](Batch& batch) {
    batch.query.task = Task::generate;
    batch.query.conditions = metadata_of(conditions);
    batch.query.options = options.query;
    batch.query.samples = walk.next(most);
    if (batch.query.samples.empty()) return false;
    batch.query.position = batch.query.samples.front().number;
    return true;
  };
  const auto ask = [&](Batch& batch, Job& own) { batch.answer = model.answer(batch.query, own); };
  RoundingLoss loss(options.query);
  const double depth = options.query.total_count.value_or(default_total_count(card.modality));
  const auto tell = [&] { job.report->progress("cells", made, n_expected); };
  const auto take = [&](Batch& batch) {
    // Only now: a hosted model's gene_order may come with its first answer.
    if (made == 0) out.genes(genes_of(card));
    loss.add(batch.answer.counts, depth * static_cast<double>(batch.answer.n_cells()));
    cells.describe(batch.answer, batch.query.samples, {});
    made += batch.answer.n_cells();
    out.append(batch.answer);
    tell();
  };
  in_order<Batch>(card.max_in_flight, job, {next, ask, take, tell});

  loss.tell(*job.report);
  Provenance provenance = begin_provenance("generate", card, options);
  add_query(provenance, options.query);
  add_conditions(provenance, conditions);
  if (part) part->mark().conditions = digest_of(conditions);
  out.finish(provenance);
  return made;
}

}  // namespace gemflow
