// SPDX-License-Identifier: Apache-2.0
#include "gemflow/run/condition.hpp"

#include <algorithm>
#include <map>

#include "gemflow/core/error.hpp"
#include "gemflow/core/nearest.hpp"
#include "gemflow/ops/fold_change.hpp"
#include "gemflow/ops/modality.hpp"
#include "gemflow/run/in_order.hpp"
#include "gemflow/run/provenance.hpp"
#include "gemflow/run/synthetic_cells.hpp"

namespace gemflow {
namespace {

/// Some samples of the cells of one chunk. The chunk stays with the walk until its samples are used up.
struct Batch {
  std::shared_ptr<const Chunk> chunk;
  Query query;
  Chunk answer;
};

/// Walks over cells, conditions and replicates, in this order, a batch at a time.
class PairWalk {
 public:
  PairWalk(const std::vector<Condition>& conditions, std::uint64_t seed) : conditions_(&conditions), seed_(seed) {
    for (const Condition& condition : conditions) {
      if (!condition.reference.empty()) missing_.emplace(condition.reference, true);
    }
  }

  void begin(const Chunk& chunk) {
    cell_ = 0;
    condition_ = 0;
    replicate_ = 0;
    for (const std::string& name : chunk.cell_names) missing_.erase(name);
  }

  std::vector<Sample> next(const Chunk& chunk, std::int64_t most) {
    std::vector<Sample> samples;
    while (cell_ < chunk.n_cells() && static_cast<std::int64_t>(samples.size()) < most) {
      const Condition& condition = (*conditions_)[condition_];
      const bool wanted = condition.reference.empty() || condition.reference == name(chunk);
      if (!wanted || replicate_ == condition.num_samples) {
        next_pair();
        continue;
      }
      const auto n_conditions = static_cast<std::int64_t>(conditions_->size());
      const std::int64_t number = (chunk.counts.first_cell() + cell_) * n_conditions + static_cast<std::int64_t>(condition_);
      samples.push_back({static_cast<std::int32_t>(condition_), cell_, number, replicate_++, condition.seed.value_or(seed_)});
    }
    return samples;
  }

  /// Errors: input (a reference that was named is not among the cells).
  void expect_all_found() const {
    if (missing_.empty()) return;
    throw Error(ErrorKind::input, "there is no cell '" + printable(missing_.begin()->first) + "' to condition on",
                "the column 'reference' names cells of IN; leave it empty for every chosen cell");
  }

 private:
  [[nodiscard]] const std::string& name(const Chunk& chunk) const {
    return chunk.cell_names[static_cast<std::size_t>(cell_)];
  }

  void next_pair() {
    replicate_ = 0;
    if (++condition_ < conditions_->size()) return;
    condition_ = 0;
    ++cell_;
  }

  const std::vector<Condition>* conditions_;
  std::uint64_t seed_;
  std::map<std::string, bool> missing_;
  std::int64_t cell_ = 0;
  std::size_t condition_ = 0;
  std::int64_t replicate_ = 0;
};

std::vector<std::string> references_of(const Batch& batch) {
  std::vector<std::string> names;
  for (const Sample& sample : batch.query.samples) {
    names.push_back(batch.chunk->cell_names[static_cast<std::size_t>(sample.reference)]);
  }
  return names;
}

/// The reference of each sample, in the model's genes.
CountChunk reference_counts(const Query& query) {
  CountChunk references;
  for (const Sample& sample : query.samples) {
    const CellCounts counts = query.counts.cell(sample.reference);
    references.append(counts.genes, counts.values);
  }
  return references;
}

/// Synthetic counterparts as layers beside the input's own cells, in the file's genes.
Chunk beside(Batch& batch, const GeneMap& map, const ConditionOptions& options) {
  Chunk cells = *batch.chunk;
  Layer synthetic{options.run.prefix + "_counts", map.place(batch.answer.counts, batch.chunk->counts)};
  synthetic.counts.stored_type(batch.chunk->counts.stored_type());
  if (options.log2fc) {
    cells.layers.push_back({options.run.prefix + "_log2fc", log2_fold_change(synthetic.counts, batch.chunk->counts)});
  }
  cells.layers.push_back(std::move(synthetic));
  return cells;
}

/// Synthetic cells of their own, in the model's genes.
Chunk new_cells(Batch& batch, const SyntheticCells& cells, const ConditionOptions& options) {
  Chunk made = std::move(batch.answer);
  made.counts.stored_type(batch.chunk->counts.stored_type());
  if (options.log2fc) {
    made.layers.push_back(
        {options.run.prefix + "_log2fc", log2_fold_change(made.counts, reference_counts(batch.query))});
  }
  cells.describe(made, batch.query.samples, references_of(batch));
  return made;
}

}  // namespace

bool stands_beside(const std::vector<Condition>& conditions, const ConditionOptions& options) noexcept {
  return !options.new_cells && conditions.size() == 1 && conditions.front().num_samples == 1 &&
         conditions.front().reference.empty();
}

ConditionResult condition(Reader& in, const std::vector<Condition>& conditions, Model& model, Writer& out,
                          const ConditionOptions& options, Job& job) {
  const ModelCard& card = model.card();
  const GeneMap map = map_genes(in.genes(), card, options.run.genes);
  CountsCheck check(in.genes(), check_options(in, options.run));
  ModalityCheck modality(card, static_cast<std::int64_t>(in.genes().size()));
  const SyntheticCells cells(conditions, options.run.prefix);
  PairWalk walk(conditions, options.run.query.seed);
  const bool in_place = stands_beside(conditions, options);
  ConditionResult result;
  result.genes = map.match();
  job.report->note(map.sentence());
  if (options.log2fc) {
    job.report->warning("log2fc of single cells against themselves is mostly noise: compare means of groups");
  }
  out.genes(in_place ? map.table() : genes_of(card));

  std::shared_ptr<Chunk> chunk;
  CountChunk aligned;
  Limit limit = batch_limit(card, options.run);
  limit.cells = std::min(limit.cells, samples_a_batch(card, options.run));
  const auto read = [&] {
    chunk = std::make_shared<Chunk>();
    if (!in.next(*chunk, limit)) return false;
    check.check(*chunk, *job.workers);
    modality.look(chunk->counts);
    map.align(chunk->counts, aligned, *job.workers);
    walk.begin(*chunk);
    result.n_cells += chunk->n_cells();
    return true;
  };
  const auto next = [&](Batch& batch) {
    batch.query.samples.clear();
    while (batch.query.samples.empty()) {
      if (chunk) batch.query.samples = walk.next(*chunk, limit.cells);
      if (batch.query.samples.empty() && !read()) return false;
    }
    batch.chunk = chunk;
    batch.query.task = Task::condition;
    batch.query.counts = aligned;
    batch.query.conditions = metadata_of(conditions);
    batch.query.options = options.run.query;
    return true;
  };
  const auto ask = [&](Batch& batch, Job& own) { batch.answer = model.answer(batch.query, own); };
  const auto take = [&](Batch& batch) {
    result.n_samples += static_cast<std::int64_t>(batch.query.samples.size());
    out.append(in_place ? beside(batch, map, options) : new_cells(batch, cells, options));
    job.report->progress("cells", result.n_cells, in.n_cells());
  };
  in_order<Batch>(card.max_in_flight, job, {next, ask, take});

  walk.expect_all_found();
  check.finish(*job.report);
  Provenance provenance = begin_provenance("condition", card, options.run);
  add_genes(provenance, map, in, options.run);
  add_query(provenance, options.run.query);
  add_conditions(provenance, conditions);
  out.finish(provenance);
  return result;
}

}  // namespace gemflow
