// SPDX-License-Identifier: Apache-2.0
#include "gemflow/run/condition.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <variant>

#include "gemflow/ops/fold_change.hpp"
#include "gemflow/run/answers.hpp"
#include "gemflow/run/batch_limits.hpp"
#include "gemflow/run/control_conditions.hpp"
#include "gemflow/run/in_order.hpp"
#include "gemflow/run/part.hpp"
#include "gemflow/run/pair_walk.hpp"
#include "gemflow/run/provenance.hpp"
#include "gemflow/run/role_rows.hpp"
#include "gemflow/run/rounding_loss.hpp"
#include "gemflow/run/run_modality.hpp"
#include "gemflow/run/synthetic_cells.hpp"

namespace gemflow {
namespace {

/// Some samples of the cells of one chunk. The chunk stays with the walk until its samples are used up.
struct Batch {
  std::shared_ptr<const Chunk> chunk;
  std::shared_ptr<const Column> groups;  ///< of the chunk's cells; null where all are one
  Query query;
  Chunk answer;
  Chunk control;  ///< empty without controls
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

/// What is read at once: a batch's cells, and no more than its samples have.
Limit limit_of(const ModelCard& card, const RunOptions& options) {
  Limit limit = batch_limit(card, options);
  limit.cells = std::min(limit.cells, samples_a_batch(card, options));
  return limit;
}

/// One run: reads cells, asks for their counterparts, writes them.
class Run {
 public:
  Run(Reader& in, Model& model, const ConditionOptions& options, Job& job)
      : in_(in),
        model_(model),
        options_(options),
        job_(job),
        map_(map_genes(in.genes(), model.card(), options.run.genes)),
        check_(in.genes(), check_options(in, options.run)),
        limit_(limit_of(model.card(), options.run)),
        modality_(model.card(), in, options.run, limit_),
        conditions_(metadata_of(options.conditions)),
        controls_(options.with_control ? controls_of(conditions_, model.card()) : std::vector<Metadata>()),
        cells_(options.conditions, options.run.prefix, controls_),
        walk_(options.conditions, options.run.query.seed),
        loss_(options.run.query),
        in_place_(stands_beside(options)),
        knows_outliers_(model.card().does(Task::predict_metadata) && !model.card().checksum.empty()) {
    result_.genes = map_.match();
    if (options.top_genes > 0) changes_.emplace(synthetic_genes().size(), job.memory / 2);
  }

  ConditionResult go(Writer& file) {
    std::optional<PartWriter> part;
    if (options_.run.part) part.emplace(file, *options_.run.part, in_place_);
    Writer& out = part ? *part : file;
    tell_genes(map_, *job_.report);
    if (options_.log2fc && !options_.with_control) {
      job_.report->warning("log2fc of single cells against themselves is mostly noise: compare means of groups");
    }
    out.genes(in_place_ ? map_.table() : synthetic_genes());
    const auto ask = [&](Batch& batch, Job& own) {
      batch.answer = model_.answer(batch.query, own);
      if (controls_.empty()) return;
      batch.query.conditions = controls_;
      batch.control = model_.answer(batch.query, own);
    };
    const auto tell = [&] { job_.report->progress("cells", result_.n_cells, in_.n_cells()); };
    const auto take = [&](Batch& batch) {
      loss_.add(batch.answer.counts, wanted_depth(batch.query));
      if (!controls_.empty()) loss_.add(batch.control.counts, wanted_depth(batch.query));
      result_.n_samples += batch.answer.n_cells();
      result_.n_controls += batch.control.n_cells();
      if (changes_) compare_groups(batch);
      out.append(in_place_ ? beside(batch) : new_cells(batch));
      tell();
    };
    in_order<Batch>(model_.card().max_in_flight, job_, {[&](Batch& batch) { return next(batch); }, ask, take, tell});
    if (!part) walk_.expect_all_found();
    check_.finish(*job_.report);
    loss_.tell(*job_.report);
    if (knows_outliers_) result_.n_outliers = n_outliers_;
    if (part) {
      fill(part->mark());
    } else {
      const ModelCard& card = model_.card();
      judge_outliers({n_outliers_, n_judged_}, {card.id, card.trained_on}, options_.outliers, *job_.report);
    }
    out.finish(provenance());
    if (changes_) result_.top_genes = changes_->top(static_cast<std::size_t>(options_.top_genes));
    return result_;
  }

 private:
  /// What is judged for the whole.
  void fill(PartMark& mark) const {
    mark.conditions = digest_of(options_.conditions);
    mark.duplicates = name_of(options_.run.genes.duplicates);
    mark.missing_references = walk_.missing();
    mark.n_empty = n_empty_;
    mark.n_judged = n_judged_;
    mark.knows_outliers = knows_outliers_;
    mark.n_outliers = n_outliers_;
    mark.outliers = options_.outliers;
  }

  /// The next chunk of reference cells; false after the last.
  bool read() {
    chunk_ = std::make_shared<Chunk>();
    if (!in_.next(*chunk_, limit_)) return false;
    take_groups();
    check_.check(*chunk_, *job_.workers);
    modality_.look(chunk_->counts, job_);
    map_.align(chunk_->counts, aligned_, *job_.workers);
    for (std::int64_t cell = 0; cell < aligned_.n_cells(); ++cell) n_empty_ += aligned_.total(cell) <= 0 ? 1 : 0;
    if (knows_outliers_) count_outliers();
    walk_.begin(*chunk_);
    result_.n_cells += chunk_->n_cells();
    return true;
  }

  /// Takes the column of groups out of the chunk: it is the file's own, and is not written again.
  void take_groups() {
    if (options_.by.empty()) return;
    groups_ = std::make_shared<Column>(*chunk_->find_obs(options_.by));
    std::erase_if(chunk_->obs, [&](const Column& column) { return column.name == options_.by; });
  }

  void compare_groups(const Batch& batch) {
    for (std::size_t i = 0; i < batch.query.samples.size(); ++i) {
      const Sample& sample = batch.query.samples[i];
      const auto row = static_cast<std::int64_t>(i);
      GroupName name;
      if (batch.groups) name.group = batch.groups->text_at(static_cast<std::size_t>(sample.reference));
      if (options_.conditions.size() > 1) name.condition = cells_.condition_name(sample);
      changes_->add(name, batch.answer.counts.cell(row),
                    controls_.empty() ? batch.query.counts.cell(sample.reference) : batch.control.counts.cell(row));
    }
  }

  /// Whether the model has seen cells like these, by what it says of them in predict_metadata. A hosted model (without a
  /// checksum) is not asked: each question costs.
  void count_outliers() {
    Query query;
    query.task = Task::predict_metadata;
    query.counts = aligned_;
    query.options = options_.run.query;
    query.options.probabilities = false;
    query.options.decoder_sample = false;
    const Chunk answer = model_.answer(query, job_);
    const Column* column = answer.find_obs("outlier");
    const auto* flags = column == nullptr ? nullptr : std::get_if<std::vector<bool>>(&column->values);
    knows_outliers_ = flags != nullptr;
    if (!knows_outliers_) return;
    for (std::int64_t cell = 0; cell < aligned_.n_cells(); ++cell) {
      if (aligned_.total(cell) <= 0) continue;
      ++n_judged_;
      if ((*flags)[static_cast<std::size_t>(cell)]) ++n_outliers_;
    }
  }

  bool next(Batch& batch) {
    batch.query.samples.clear();
    while (batch.query.samples.empty()) {
      if (chunk_) batch.query.samples = walk_.next(*chunk_, limit_.cells);
      if (batch.query.samples.empty() && !read()) return false;
    }
    batch.chunk = chunk_;
    batch.groups = groups_;
    batch.query.task = Task::condition;
    batch.query.position = position_of(batch.query.samples.front());
    batch.query.counts = aligned_;
    batch.query.conditions = conditions_;
    batch.query.options = options_.run.query;
    if (in_place_) batch.query.measured = map_.measured();
    return true;
  }

  /// How many pairs of a cell and a condition come before this one.
  [[nodiscard]] std::int64_t position_of(const Sample& first) const {
    const std::int64_t cells_before = options_.run.first_row + result_.n_cells - chunk_->n_cells() + first.reference;
    return cells_before * static_cast<std::int64_t>(options_.conditions.size()) + first.condition;
  }

  /// What the samples' counts should sum to.
  [[nodiscard]] double wanted_depth(const Query& query) const {
    const QueryOptions& asked = query.options;
    const double fixed = asked.total_count.value_or(default_total_count(model_.card().modality));
    double depth = 0;
    for (const Sample& sample : query.samples) {
      const double own = query.counts.total(sample.reference);
      depth += asked.fixed_total_count && own > 0 ? fixed : own;
    }
    return depth;
  }

  /// Synthetic counterparts as layers beside the input's own cells, in the file's genes.
  Chunk beside(const Batch& batch) {
    Chunk cells = *batch.chunk;
    cells.layers.push_back(counterpart("_counts", batch.answer.counts, batch.chunk->counts));
    if (!controls_.empty()) {
      cells.layers.push_back(counterpart("_control_counts", batch.control.counts, batch.chunk->counts));
    }
    if (options_.log2fc) {
      const Layer change =
          change_against(batch.answer.counts, controls_.empty() ? batch.query.counts : batch.control.counts);
      Layer placed{change.name, {}};
      map_.place(change.counts, nullptr, placed.counts, *job_.workers);
      cells.layers.push_back(std::move(placed));
    }
    return cells;
  }

  /// An answer as a layer, in the file's genes.
  Layer counterpart(const std::string& name, const CountChunk& answer, const CountChunk& own) {
    Layer layer{options_.run.prefix + name, {}};
    map_.place(answer, &own, layer.counts, *job_.workers);
    layer.counts.stored_type(stored_type(answer, own));
    return layer;
  }

  /// Synthetic cells of their own, in the model's genes; controls beside treated ones.
  Chunk new_cells(Batch& batch) {
    std::optional<Layer> change;
    if (options_.log2fc) {
      change = change_against(batch.answer.counts, controls_.empty() ? reference_counts(batch.query) : batch.control.counts);
      if (!controls_.empty()) change->counts = with_empty_turns(change->counts);
    }
    blank_empty(batch.query, batch.answer);
    if (!controls_.empty()) blank_empty(batch.query, batch.control);
    Chunk made = controls_.empty() ? std::move(batch.answer) : take_turns(batch.answer, batch.control);
    made.counts.stored_type(stored_type(made.counts, batch.chunk->counts));
    if (change) made.layers.push_back(std::move(*change));
    cells_.describe(made, batch.query.samples, references_of(batch));
    return made;
  }

  /// A reference without counts has no counterpart, hence no latents.
  static void blank_empty(const Query& query, Chunk& answer) {
    for (std::size_t i = 0; i < query.samples.size(); ++i) {
      if (query.counts.total(query.samples[i].reference) <= 0) blank_row(answer, i);
    }
  }

  /// The file's, unless the answer holds expectations, which are not whole.
  static ValueType stored_type(const CountChunk& answer, const CountChunk& file) noexcept {
    const bool may_be_broken = answer.stored_type() == ValueType::float32 || answer.stored_type() == ValueType::float64;
    return may_be_broken ? answer.stored_type() : file.stored_type();
  }

  [[nodiscard]] Layer change_against(const CountChunk& treated, const CountChunk& references) {
    Layer change = fold_change(treated, references, *job_.workers);
    change.name = options_.run.prefix + "_" + change.name;
    return change;
  }

  [[nodiscard]] Genes synthetic_genes() const {
    return model_.card().any_genes ? Genes{in_.genes().names, {}, {}} : genes_of(model_.card());
  }

  [[nodiscard]] Provenance provenance() const {
    Provenance provenance = begin_provenance("condition", model_.card(), options_.run);
    add_genes(provenance, map_, in_, options_.run);
    add_query(provenance, options_.run.query);
    add_conditions(provenance, options_.conditions);
    provenance.add("with_control", options_.with_control);
    if (controls_.size() == 1) {
      for (const auto& [key, value] : controls_.front().entries()) provenance.add("control/" + key, value);
    }
    return provenance;
  }

  Reader& in_;
  Model& model_;
  const ConditionOptions& options_;
  Job& job_;
  GeneMap map_;
  CountsCheck check_;
  Limit limit_;
  RunModality modality_;
  std::vector<Metadata> conditions_;
  std::vector<Metadata> controls_;  ///< of each condition, or none
  SyntheticCells cells_;
  PairWalk walk_;
  RoundingLoss loss_;
  bool in_place_;
  bool knows_outliers_;
  std::int64_t n_empty_ = 0;  ///< cells without counts in the model's genes
  std::int64_t n_judged_ = 0;
  std::int64_t n_outliers_ = 0;
  ConditionResult result_;
  std::shared_ptr<Chunk> chunk_;
  std::shared_ptr<const Column> groups_;
  CountChunk aligned_;
  std::optional<GroupChanges> changes_;
};

}  // namespace

bool stands_beside(const ConditionOptions& options) noexcept {
  return !options.new_cells && options.conditions.size() == 1 && options.conditions.front().num_samples == 1 &&
         options.conditions.front().reference.empty();
}

ConditionResult condition(Reader& in, Model& model, Writer& out, const ConditionOptions& options, Job& job) {
  return Run(in, model, options, job).go(out);
}

}  // namespace gemflow
