// SPDX-License-Identifier: Apache-2.0
#include "gem_local/evaluate/realism.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "gem_local/evaluate/distances.hpp"
#include "gemflow/ops/philox.hpp"
#include "gemflow/ops/sampling.hpp"

namespace gemflow::gem_local {
namespace {

constexpr std::size_t fewest_of_part = 20;
constexpr std::size_t most_of_part = 1000;
constexpr auto deal_stream = Stream(static_cast<int>(Stream::training) + 4);
constexpr auto baseline_stream = Stream(static_cast<int>(Stream::training) + 5);

using Condition = std::vector<std::string>;  ///< values of the keys that the model can be asked for

/// Cells of equal metadata dealt to three parts: a fifth for the axes, and as many real cells to compare with as to
/// compare.
struct Parts {
  std::vector<std::int64_t> axes, real, compared;
  std::vector<Condition> condition;  ///< of each compared cell, and of the real cell at the same place
};

bool knows(const Field& field, const std::string& value) {
  const auto among = [&value](const std::vector<std::string>& all) {
    return std::find(all.begin(), all.end(), value) != all.end();
  };
  return value.empty() || among(field.values) || among(field.names);
}

/// Metadata by which a cell can be made; nothing where the model does not know one of them.
std::map<Condition, std::vector<std::int64_t>> by_condition(const Model& model, const RealCells& cells,
                                                            const std::vector<KeyAndColumn>& columns) {
  std::map<Condition, std::vector<std::int64_t>> groups;
  for (std::int64_t cell = 0; cell < cells.counts.n_cells(); ++cell) {
    Condition condition;
    bool known = true;
    for (std::size_t key = 0; key < columns.size(); ++key) {
      const Field* field = model.card().find_field(columns[key].first);
      const bool is_public = field != nullptr && !field->values.empty();
      const std::string& value = cells.values[key][static_cast<std::size_t>(cell)];
      known = known && (!is_public || knows(*field, value));
      condition.push_back(is_public ? value : "");
    }
    const bool says_something =
        std::any_of(condition.begin(), condition.end(), [](const auto& v) { return !v.empty(); });
    if (known && says_something) groups[condition].push_back(cell);
  }
  return groups;
}

Parts deal(const std::map<Condition, std::vector<std::int64_t>>& groups, std::uint64_t seed) {
  Parts parts;
  for (const auto& [condition, cells] : groups) {
    std::vector<std::pair<double, std::int64_t>> shuffled;
    for (const std::int64_t cell : cells) {
      shuffled.emplace_back(Random(seed, {cell, 0, deal_stream}).uniform(0), cell);
    }
    std::sort(shuffled.begin(), shuffled.end());
    const std::size_t n_axes = (shuffled.size() + 4) / 5;
    for (std::size_t i = 0; i < n_axes; ++i) parts.axes.push_back(shuffled[i].second);
    for (std::size_t i = n_axes; i + 1 < shuffled.size(); i += 2) {
      parts.real.push_back(shuffled[i].second);
      parts.compared.push_back(shuffled[i + 1].second);
      parts.condition.push_back(condition);
    }
  }
  return parts;
}

/// Every n-th, so that no more than `most_of_part` pairs are left.
void thin(Parts& parts) {
  const std::size_t step = parts.real.size() / most_of_part + 1;
  Parts some;
  for (std::size_t i = 0; i < parts.real.size(); i += step) {
    some.real.push_back(parts.real[i]);
    some.compared.push_back(parts.compared[i]);
    some.condition.push_back(parts.condition[i]);
  }
  for (std::size_t i = 0; i < parts.axes.size(); i += parts.axes.size() / most_of_part + 1) {
    some.axes.push_back(parts.axes[i]);
  }
  parts = std::move(some);
}

CountChunk chosen(const CountChunk& counts, const std::vector<std::int64_t>& cells) {
  CountChunk some;
  some.clear();
  for (const std::int64_t cell : cells) some.append(counts.cell(cell).genes, counts.cell(cell).values);
  return some;
}

CountChunk generated(Model& model, const Parts& parts, const std::vector<KeyAndColumn>& columns, std::uint64_t seed,
                     Job& job) {
  CountChunk counts;
  counts.clear();
  const auto batch = static_cast<std::size_t>(std::min<std::int64_t>(model.card().limit.cells, 256));
  for (std::size_t begin = 0; begin < parts.condition.size(); begin += batch) {
    Query query;
    query.task = Task::generate;
    query.options.sampling = Sampling::sample;
    for (std::size_t i = begin; i < std::min(begin + batch, parts.condition.size()); ++i) {
      Metadata metadata;
      for (std::size_t key = 0; key < columns.size(); ++key) {
        if (!parts.condition[i][key].empty()) metadata.set(columns[key].first, parts.condition[i][key]);
      }
      const auto number = static_cast<std::int64_t>(i);
      query.samples.push_back({static_cast<std::int32_t>(query.conditions.size()), -1, number, 0, seed});
      query.conditions.push_back(std::move(metadata));
    }
    const Chunk answer = model.answer(query, job);
    for (std::int64_t cell = 0; cell < answer.n_cells(); ++cell) {
      counts.append(answer.counts.cell(cell).genes, answer.counts.cell(cell).values);
    }
    job.report->progress("generating cells", counts.n_cells(), static_cast<std::int64_t>(parts.condition.size()));
  }
  return counts;
}

/// Poisson counts at the real cells' own depths and the mean shares of their condition: right means, no cell at all.
CountChunk independent(const RealCells& cells, const Parts& parts, Index n_genes, std::uint64_t seed) {
  std::map<Condition, std::vector<double>> sums;
  for (std::size_t i = 0; i < parts.real.size(); ++i) {
    std::vector<double>& sum =
        sums.try_emplace(parts.condition[i], static_cast<std::size_t>(n_genes), 0.0).first->second;
    const CellCounts cell = cells.counts.cell(parts.real[i]);
    for (std::size_t j = 0; j < cell.genes.size(); ++j) sum[static_cast<std::size_t>(cell.genes[j])] += cell.values[j];
  }
  CountChunk counts;
  counts.clear();
  for (std::size_t i = 0; i < parts.real.size(); ++i) {
    const std::vector<double>& sum = sums.at(parts.condition[i]);
    const double scale = cells.counts.total(parts.real[i]) / std::accumulate(sum.begin(), sum.end(), 0.0);
    const Random random(seed, {static_cast<std::int64_t>(i), 0, baseline_stream});
    std::vector<std::int32_t> genes;
    std::vector<double> values;
    for (std::size_t gene = 0; gene < sum.size(); ++gene) {
      if (sum[gene] == 0) continue;
      const double count = poisson_quantile(random.uniform(gene), sum[gene] * scale);
      if (count == 0) continue;
      genes.push_back(static_cast<std::int32_t>(gene));
      values.push_back(count);
    }
    counts.append(genes, values);
  }
  return counts;
}

std::vector<double> depths(const CountChunk& counts) {
  std::vector<double> all;
  for (std::int64_t cell = 0; cell < counts.n_cells(); ++cell) all.push_back(counts.total(cell));
  return all;
}

std::vector<double> detected(const CountChunk& counts) {
  std::vector<double> all;
  for (std::int64_t cell = 0; cell < counts.n_cells(); ++cell) {
    all.push_back(static_cast<double>(counts.cell(cell).genes.size()));
  }
  return all;
}

}  // namespace

std::vector<EvaluationRow> judge_realism(Model& model, const RealCells& cells, const std::vector<KeyAndColumn>& columns,
                                         std::uint64_t seed, Job& job) {
  Parts parts = deal(by_condition(model, cells, columns), seed);
  if (parts.real.size() < fewest_of_part || parts.axes.size() < fewest_of_part) return {};
  thin(parts);
  const auto n_genes = static_cast<Index>(model.card().gene_order.size());
  const CountChunk compared = chosen(cells.counts, parts.compared);
  const CountChunk real = chosen(cells.counts, parts.real);
  const CountChunk baseline = independent(cells, parts, n_genes, seed);
  const CountChunk made = generated(model, parts, columns, seed, job);

  const Projection axes(chosen(cells.counts, parts.axes), n_genes, model.card().modality, seed, *job.workers);
  const FloatMatrix truth = axes.project(compared, *job.workers);
  const auto energy = [&](const CountChunk& other) {
    return energy_distance(axes.project(other, *job.workers), truth, *job.workers);
  };
  const auto by = [&](const auto& measure, const CountChunk& other) {
    return ks_distance(measure(other), measure(compared));
  };
  return {{"energy distance", energy(made), energy(baseline), energy(real), "lower"},
          {"detected genes", by(detected, made), by(detected, baseline), by(detected, real), "lower"},
          {"depth", by(depths, made), by(depths, baseline), by(depths, real), "lower"}};
}

}  // namespace gemflow::gem_local
