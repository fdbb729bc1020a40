// SPDX-License-Identifier: Apache-2.0
#include "gem_local/train/calibrate.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "gem_local/encoder.hpp"
#include "gem_local/heads.hpp"
#include "gem_local/label_scores.hpp"
#include "gem_local/outliers.hpp"
#include "gem_local/train/fit.hpp"
#include "gem_local/train/head_fit.hpp"
#include "gemflow/ops/philox.hpp"

namespace gemflow::gem_local {
namespace {

constexpr std::int32_t n_folds = 3;
constexpr double outlier_quantile = 0.99;
constexpr auto fold_stream = Stream(static_cast<int>(Stream::training) + 2);

/// The technical field with the most levels, at least two; -1 if there is none.
std::int32_t unit_of_holding_out(const std::vector<FieldPart>& fields) {
  std::int32_t best = -1;
  std::int32_t most = 1;
  for (std::size_t field = 0; field < fields.size(); ++field) {
    if (fields[field].field.group != "technical" || fields[field].n_levels <= most) continue;
    best = static_cast<std::int32_t>(field);
    most = fields[field].n_levels;
  }
  return best;
}

/// Levels dealt to folds, largest first, each to the fold that has the fewest cells.
std::vector<std::int32_t> deal(const std::vector<std::int64_t>& n_cells) {
  std::vector<std::size_t> order(n_cells.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return n_cells[a] > n_cells[b]; });
  std::vector<std::int64_t> sizes(static_cast<std::size_t>(std::min<std::int64_t>(n_folds, std::ssize(n_cells))), 0);
  std::vector<std::int32_t> fold(n_cells.size());
  for (const std::size_t level : order) {
    const auto smallest = std::min_element(sizes.begin(), sizes.end());
    *smallest += n_cells[level];
    fold[level] = static_cast<std::int32_t>(smallest - sizes.begin());
  }
  return fold;
}

/// The fold in which each kept cell is tested; -1: in none.
std::vector<std::int32_t> folds_of(const Survey& survey, const KeptCells& cells, std::uint64_t seed) {
  std::vector<std::int32_t> folds;
  const std::int32_t unit = unit_of_holding_out(survey.fields);
  if (unit < 0) {
    for (std::size_t row = 0; row < cells.size(); ++row) {
      const double u = Random(seed, {static_cast<std::int64_t>(row), 0, fold_stream}).uniform(0);
      folds.push_back(static_cast<std::int32_t>(u * n_folds));
    }
    return folds;
  }
  const auto field = static_cast<std::size_t>(unit);
  const std::vector<std::int32_t> fold_of_level = deal(survey.fields[field].field.n_cells);
  for (const std::int32_t condition : cells.condition) {
    const std::int32_t level = survey.sums.levels[static_cast<std::size_t>(condition)][field];
    folds.push_back(level < 0 ? -1 : fold_of_level[static_cast<std::size_t>(level)]);
  }
  return folds;
}

FitCells fit_cells(const Survey& survey, const KeptCells& cells, std::vector<std::int32_t> rows) {
  FitCells input{&survey, &cells, std::move(rows), {}};
  const std::size_t n = survey.sums.levels.size();
  input.sums = {survey.sums.levels, DoubleMatrix::Zero(static_cast<Index>(n), survey.sums.counts.cols()),
                std::vector<double>(n, 0.0)};
  for (const std::int32_t row : input.rows) {
    const double weight = cells.weight[static_cast<std::size_t>(row)];
    const std::int32_t condition = cells.condition[static_cast<std::size_t>(row)];
    const CellCounts counts = cells.counts.cell(row);
    for (std::size_t i = 0; i < counts.genes.size(); ++i) {
      input.sums.counts(condition, counts.genes[i]) += weight * counts.values[i];
    }
    input.sums.n_cells[static_cast<std::size_t>(condition)] += weight;
  }
  return input;
}

/// What the folds' models said of cells they had not seen.
struct HeldOut {
  std::vector<double> distances;
  struct Labelled {
    std::int32_t truth;  ///< class number of the fold's own head
    DoubleRow logits;
    std::int32_t true_level, found_level;
  };
  std::vector<std::vector<Labelled>> labelled;  ///< one list a field
};

void judge_labels(const Survey& survey, const KeptCells& cells, const std::vector<std::int32_t>& rows,
                  const Parameters& fold, HeldOut& held_out) {
  for (const Head& head : fold.heads) {
    const Classifier classifier(head, fold.n_genes());
    const auto field = static_cast<std::size_t>(head.field);
    const LabelledCells test = labelled_cells(cells, survey.sums.levels, rows, field);
    for (std::size_t i = 0; i < test.rows.size(); ++i) {
      const auto at = std::find(head.classes.begin(), head.classes.end(), test.levels[i]);
      if (at == head.classes.end()) continue;
      Index best = 0;
      DoubleRow logits = classifier.logits(cells.counts.cell(test.rows[i]));
      logits.maxCoeff(&best);
      held_out.labelled[field].push_back({static_cast<std::int32_t>(at - head.classes.begin()), std::move(logits),
                                          test.levels[i], head.classes[static_cast<std::size_t>(best)]});
    }
  }
}

/// Distances of cells whose class the fold's model knows: a class that it was never shown is rightly far.
void judge_distances(const FitCells& train, const std::vector<std::int32_t>& rows, const Parameters& fold,
                     HeldOut& held_out, Workers& workers) {
  if (fold.outliers.precision.size() == 0) return;
  std::vector<std::int32_t> known = rows;
  const std::int32_t field = outlier_field(fold.fields);
  if (field >= 0) {
    const auto f = static_cast<std::size_t>(field);
    const auto& levels = train.survey->sums.levels;
    std::vector<std::int64_t> n(static_cast<std::size_t>(fold.fields[f].n_levels), 0);
    for (const std::int32_t level : labelled_cells(*train.cells, levels, train.rows, f).levels) {
      ++n[static_cast<std::size_t>(level)];
    }
    known.clear();
    const LabelledCells test = labelled_cells(*train.cells, levels, rows, f);
    for (std::size_t i = 0; i < test.rows.size(); ++i) {
      if (n[static_cast<std::size_t>(test.levels[i])] >= fewest_cells) known.push_back(test.rows[i]);
    }
  }
  const DoubleMatrix latents = biological_latents(Encoder(fold), fold, train.cells->counts, known, workers);
  for (Index i = 0; i < latents.rows(); ++i) held_out.distances.push_back(outlier_score(fold.outliers, latents.row(i)));
}

HeldOut judge(const Survey& survey, const KeptCells& cells, std::uint64_t seed, Job& job) {
  HeldOut held_out;
  held_out.labelled.resize(survey.fields.size());
  const std::vector<std::int32_t> folds = folds_of(survey, cells, seed);
  for (std::int32_t fold = 0; fold < n_folds; ++fold) {
    job.check_stop();
    job.report->progress("calibrating", fold, n_folds);
    std::vector<std::int32_t> rows, test;
    for (std::size_t row = 0; row < folds.size(); ++row) {
      (folds[row] == fold ? test : rows).push_back(static_cast<std::int32_t>(row));
    }
    if (test.empty() || rows.empty()) continue;
    const FitCells train = fit_cells(survey, cells, std::move(rows));
    const Parameters model = fit_parameters(train, seed, *job.workers);
    judge_labels(survey, cells, test, model, held_out);
    judge_distances(train, test, model, held_out, *job.workers);
  }
  return held_out;
}

double log_loss(const std::vector<HeldOut::Labelled>& cells, double temperature) {
  double sum = 0;
  for (const auto& cell : cells) sum -= std::log(std::max(softmax(cell.logits, temperature)[cell.truth], 1e-300));
  return sum;
}

/// Golden section on the logarithm; the loss has one minimum.
double best_temperature(const std::vector<HeldOut::Labelled>& cells) {
  constexpr double ratio = 0.61803398874989485;
  double low = std::log(0.2), high = std::log(20.0);
  for (int i = 0; i < 40; ++i) {
    const double left = high - ratio * (high - low);
    const double right = low + ratio * (high - low);
    if (log_loss(cells, std::exp(left)) < log_loss(cells, std::exp(right))) {
      high = right;
    } else {
      low = left;
    }
  }
  return std::exp((low + high) / 2);
}

double quantile(std::vector<double> values, double share) {
  std::sort(values.begin(), values.end());
  const double at = share * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const std::size_t above = std::min(below + 1, values.size() - 1);
  return values[below] + (at - static_cast<double>(below)) * (values[above] - values[below]);
}

}  // namespace

std::vector<std::pair<std::string, double>> calibrate(const Survey& survey, const KeptCells& cells, std::uint64_t seed,
                                                      Parameters& parameters, Job& job) {
  const HeldOut held_out = judge(survey, cells, seed, job);
  std::vector<std::pair<std::string, double>> figures;
  for (Head& head : parameters.heads) {
    const auto field = static_cast<std::size_t>(head.field);
    const auto& labelled = held_out.labelled[field];
    if (labelled.empty()) continue;
    head.temperature = static_cast<float>(best_temperature(labelled));
    LabelScores scores;
    for (const auto& cell : labelled) {
      const double confidence = softmax(cell.logits, static_cast<double>(head.temperature)).maxCoeff();
      scores.add(cell.true_level, cell.found_level, confidence);
    }
    const std::string name(parameters.fields[field].field.name());
    figures.emplace_back(name + " held-out cells", static_cast<double>(labelled.size()));
    figures.emplace_back(name + " held-out accuracy", scores.accuracy());
    figures.emplace_back(name + " held-out macro-F1", scores.macro_f1());
    figures.emplace_back(name + " held-out calibration error", scores.calibration_error());
    figures.emplace_back(name + " temperature", static_cast<double>(head.temperature));
  }
  if (held_out.distances.empty()) {
    parameters.outliers = {};
  } else {
    parameters.outliers.threshold = static_cast<float>(quantile(held_out.distances, outlier_quantile));
    figures.emplace_back("outlier threshold", static_cast<double>(parameters.outliers.threshold));
  }
  return figures;
}

}  // namespace gemflow::gem_local
