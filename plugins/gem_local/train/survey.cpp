// SPDX-License-Identifier: Apache-2.0
#include "gem_local/train/survey.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include <fmt/format.h>

#include "gem_local/train/gene_names.hpp"
#include "gem_local/train/vocabulary.hpp"
#include "gemflow/core/error.hpp"
#include "gemflow/ops/philox.hpp"

namespace gemflow::gem_local {
namespace {

constexpr double cells_to_keep = 20'000;
constexpr double cells_of_condition = 200;

/// Sums of one condition while it is read, before rare values are taken out of it.
struct RawCondition {
  std::vector<double> counts;
  double n_cells = 0;
  double log_depth_sum = 0;
  double log_depth_squares = 0;
};

/// Collects the conditions of all cells.
class Collector {
 public:
  Collector(std::size_t n_genes, std::size_t memory)
      : n_genes_(n_genes), most_(memory / 8 / (n_genes * sizeof(double) + 1)) {}

  void add(const CountChunk& counts, std::int64_t cell, const Levels& levels) {
    const double total = counts.total(cell);
    if (total <= 0) {
      condition_of_cell_.push_back(-1);
      return;
    }
    const std::size_t at = condition_at(levels);
    condition_of_cell_.push_back(static_cast<std::int32_t>(at));
    RawCondition& condition = conditions_[at];
    const CellCounts values = counts.cell(cell);
    for (std::size_t i = 0; i < values.genes.size(); ++i) {
      condition.counts[static_cast<std::size_t>(values.genes[i])] += values.values[i];
    }
    condition.n_cells += 1;
    condition.log_depth_sum += std::log(total);
    condition.log_depth_squares += std::log(total) * std::log(total);
  }

  /// Conditions after `recode` has said what becomes of their levels; equal ones are joined, sorted by levels.
  void finish(const Vocabulary& vocabulary, Survey& survey) const {
    std::map<Levels, std::vector<std::size_t>> joined;
    for (std::size_t i = 0; i < conditions_.size(); ++i) joined[vocabulary.recode(levels_[i])].push_back(i);
    std::vector<std::int32_t> new_number(conditions_.size());
    survey.sums.counts = DoubleMatrix::Zero(static_cast<Index>(joined.size()), static_cast<Index>(n_genes_));
    for (const auto& [levels, parts] : joined) {
      const auto number = static_cast<Index>(survey.sums.levels.size());
      survey.sums.levels.push_back(levels);
      RawCondition sum;
      for (const std::size_t part : parts) {
        const RawCondition& one = conditions_[part];
        new_number[part] = static_cast<std::int32_t>(number);
        survey.sums.counts.row(number) += Eigen::Map<const DoubleRow>(one.counts.data(), static_cast<Index>(n_genes_));
        sum.n_cells += one.n_cells;
        sum.log_depth_sum += one.log_depth_sum;
        sum.log_depth_squares += one.log_depth_squares;
      }
      survey.sums.n_cells.push_back(sum.n_cells);
      survey.log_depth_sums.push_back(sum.log_depth_sum);
      survey.log_depth_squares.push_back(sum.log_depth_squares);
    }
    for (const std::int32_t old : condition_of_cell_) {
      survey.condition_of_cell.push_back(old < 0 ? -1 : new_number[static_cast<std::size_t>(old)]);
    }
  }

 private:
  std::size_t condition_at(const Levels& levels) {
    const auto [at, is_new] = numbers_.try_emplace(levels, conditions_.size());
    if (!is_new) return at->second;
    if (conditions_.size() >= std::max<std::size_t>(most_, 1)) {
      throw Error(ErrorKind::memory,
                  fmt::format("training: more than {} combinations of the fields' values do not fit into the memory",
                              conditions_.size()),
                  "give more --memory, or leave out the --field with the most values");
    }
    conditions_.emplace_back().counts.resize(n_genes_);
    levels_.push_back(levels);
    return at->second;
  }

  std::size_t n_genes_;
  std::size_t most_;  ///< conditions whose sums take an eighth of the memory
  std::map<Levels, std::size_t> numbers_;
  std::vector<Levels> levels_;
  std::vector<RawCondition> conditions_;
  std::vector<std::int32_t> condition_of_cell_;
};

/// Calls take(chunk) for all chunks of all readers, from their beginnings.
template <typename Take>
void each_chunk(std::span<Reader* const> in, std::string_view doing, Job& job, const Take& take) {
  std::int64_t total = 0;
  for (Reader* reader : in) total += reader->n_cells();
  std::int64_t done = 0;
  Chunk chunk;
  for (Reader* reader : in) {
    reader->rewind();
    while (job.check_stop(), reader->next(chunk, Limit{})) {
      take(chunk);
      done += chunk.n_cells();
      job.report->progress(doing, done, total);
    }
  }
}

void check_labels(const Survey& survey) {
  const bool any =
      std::any_of(survey.fields.begin(), survey.fields.end(), [](const FieldPart& f) { return f.n_levels > 0; });
  if (any) return;
  throw Error(ErrorKind::input, fmt::format("training: no field has a value with at least {} cells", fewest_cells),
              "gemflow inspect shows the obs columns and how many values they have");
}

}  // namespace

Survey survey_cells(std::span<Reader* const> in, const TrainOptions& options, Job& job) {
  Survey survey;
  survey.genes = gene_order_of(in);
  Vocabulary vocabulary(options.fields, options.modality);
  Collector collector(survey.genes.size(), job.memory);
  each_chunk(in, "surveying cells", job, [&](const Chunk& chunk) {
    const ChunkLabels labels = vocabulary.read(chunk);
    for (std::int64_t cell = 0; cell < chunk.n_cells(); ++cell) collector.add(chunk.counts, cell, labels.at(cell));
  });
  survey.fields = vocabulary.finish(survey.remarks);
  check_labels(survey);
  collector.finish(vocabulary, survey);
  return survey;
}

KeptCells keep_cells(std::span<Reader* const> in, const Survey& survey, std::uint64_t seed, Job& job) {
  const double total = std::accumulate(survey.sums.n_cells.begin(), survey.sums.n_cells.end(), 0.0);
  std::vector<double> share;
  for (const double n : survey.sums.n_cells) {
    share.push_back(std::min(1.0, std::max(cells_to_keep / total, cells_of_condition / n)));
  }
  KeptCells kept;
  kept.counts.clear();
  std::int64_t number = 0;
  each_chunk(in, "keeping cells", job, [&](const Chunk& chunk) {
    for (std::int64_t cell = 0; cell < chunk.n_cells(); ++cell, ++number) {
      const std::int32_t condition = survey.condition_of_cell[static_cast<std::size_t>(number)];
      if (condition < 0) continue;
      const double chance = share[static_cast<std::size_t>(condition)];
      if (Random(seed, {number, 0, Stream::training}).uniform(0) >= chance) continue;
      const CellCounts counts = chunk.counts.cell(cell);
      kept.counts.append(counts.genes, counts.values);
      kept.condition.push_back(condition);
      kept.weight.push_back(1 / chance);
    }
  });
  return kept;
}

}  // namespace gemflow::gem_local
