// SPDX-License-Identifier: Apache-2.0
#include "gem_local/train/head_fit.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "gem_local/heads.hpp"
#include "gem_local/ranking.hpp"
#include "gem_local/train/lbfgs.hpp"

namespace gemflow::gem_local {
namespace {

constexpr std::size_t most_genes = 4000;
constexpr double fewest_detections = 10;
constexpr double least_scale = 1e-3;
constexpr double ridge = 0.1;  ///< a cell; 0.003 to 1 differ little on held-out donors
constexpr int most_steps = 100;
constexpr double tolerance = 1e-6;
constexpr std::int64_t block = 128;

/// The features of all cells twice: by cell for the predictions, by gene for the gradient.
struct Features {
  struct Entry {
    std::int32_t index;  ///< slot, or cell
    double value;
  };
  std::vector<std::vector<Entry>> by_cell, by_slot;
};

struct Problem {
  const KeptCells* cells;
  LabelledCells labelled;  ///< levels replaced by class numbers
  std::vector<double> weights;
  Index n_genes;
  Index n_classes;
};

/// Weighted sums over the cells of log1p(counts per 10,000), its square, and detections, by class and gene.
struct Moments {
  DoubleMatrix sums;  ///< classes x genes
  DoubleRow squares, detections;
  std::vector<double> weights;  ///< of each class
};

Moments moments_of(const Problem& problem) {
  Moments m{DoubleMatrix::Zero(problem.n_classes, problem.n_genes), DoubleRow::Zero(problem.n_genes),
            DoubleRow::Zero(problem.n_genes), std::vector<double>(static_cast<std::size_t>(problem.n_classes), 0.0)};
  for (std::size_t i = 0; i < problem.labelled.rows.size(); ++i) {
    const std::int32_t row = problem.labelled.rows[i];
    const CellCounts cell = problem.cells->counts.cell(row);
    const double total = problem.cells->counts.total(row);
    const std::int32_t c = problem.labelled.levels[i];
    m.weights[static_cast<std::size_t>(c)] += problem.weights[i];
    for (std::size_t j = 0; j < cell.genes.size(); ++j) {
      const double x = std::log1p(cell.values[j] / total * 1e4);
      m.sums(c, cell.genes[j]) += problem.weights[i] * x;
      m.squares[cell.genes[j]] += problem.weights[i] * x * x;
      m.detections[cell.genes[j]] += 1;
    }
  }
  return m;
}

/// Standard deviations over all cells.
DoubleRow deviations(const Moments& m) {
  double all = 0;
  for (const double weight : m.weights) all += weight;
  const DoubleRow mean = DoubleRow(m.sums.colwise().sum()) / all;
  return (m.squares / all - mean.cwiseProduct(mean)).cwiseMax(0).cwiseSqrt();
}

/// For each class the genes in which it differs most from all others, in standard deviations; together at most 4,000.
std::vector<std::int32_t> telling_genes(const Moments& m, const DoubleRow& deviation) {
  double all = 0;
  for (const double weight : m.weights) all += weight;
  const DoubleRow sum = m.sums.colwise().sum();
  std::set<std::int32_t> chosen;
  for (Index c = 0; c < m.sums.rows(); ++c) {
    const double own = m.weights[static_cast<std::size_t>(c)];
    std::vector<double> score;
    for (Index gene = 0; gene < sum.size(); ++gene) {
      const double difference = m.sums(c, gene) / own - (sum[gene] - m.sums(c, gene)) / std::max(all - own, 1e-12);
      const double spread = std::sqrt(deviation[gene] * deviation[gene] + 0.01);
      score.push_back(m.detections[gene] < fewest_detections ? -1.0 : std::abs(difference) / spread);
    }
    const auto share = static_cast<std::ptrdiff_t>(most_genes / static_cast<std::size_t>(m.sums.rows()));
    for (const std::int32_t gene : best_positions(std::span<const double>(score), std::max<std::ptrdiff_t>(share, 1))) {
      if (score[static_cast<std::size_t>(gene)] > 0) chosen.insert(gene);
    }
  }
  return {chosen.begin(), chosen.end()};
}

Features features_of(const Problem& problem, const Head& head) {
  std::vector<std::int32_t> slot_of_gene(static_cast<std::size_t>(problem.n_genes), -1);
  for (std::size_t slot = 0; slot < head.genes.size(); ++slot) {
    slot_of_gene[static_cast<std::size_t>(head.genes[slot])] = static_cast<std::int32_t>(slot);
  }
  Features features{std::vector<std::vector<Features::Entry>>(problem.labelled.rows.size()),
                    std::vector<std::vector<Features::Entry>>(head.genes.size())};
  for (std::size_t i = 0; i < problem.labelled.rows.size(); ++i) {
    const CellCounts cell = problem.cells->counts.cell(problem.labelled.rows[i]);
    const double total = problem.cells->counts.total(problem.labelled.rows[i]);
    for (std::size_t j = 0; j < cell.genes.size(); ++j) {
      const std::int32_t slot = slot_of_gene[static_cast<std::size_t>(cell.genes[j])];
      if (slot < 0) continue;
      const double x = head_feature(cell.values[j], total, static_cast<double>(head.scale[slot]));
      features.by_cell[i].push_back({slot, x});
      features.by_slot[static_cast<std::size_t>(slot)].push_back({static_cast<std::int32_t>(i), x});
    }
  }
  return features;
}

/// The penalised mean log-loss of weights (slots x classes, row after row) followed by the biases.
class Loss {
 public:
  Loss(const Problem& problem, const Features& features, Workers& workers)
      : problem_(&problem),
        features_(&features),
        workers_(&workers),
        n_classes_(problem.n_classes),
        errors_(static_cast<Index>(problem.labelled.rows.size()), problem.n_classes),
        one_class_(errors_.rows()),
        losses_(problem.labelled.rows.size()) {
    for (const double weight : problem.weights) total_ += weight;
  }

  double operator()(const Eigen::VectorXd& at, Eigen::VectorXd& gradient) {
    const auto n_cells = static_cast<std::int64_t>(losses_.size());
    const auto n_slots = static_cast<std::int64_t>(features_->by_slot.size());
    in_blocks(n_cells, [&](std::int64_t cell) { predict(at, cell); });
    in_blocks(n_slots, [&](std::int64_t slot) { sum_slot(at, slot, gradient); });
    const Index biases = n_slots * n_classes_;
    for (Index c = 0; c < n_classes_; ++c) {
      one_class_.head(n_cells) = errors_.col(c);
      gradient[biases + c] = one_class_.sum();
    }
    double loss = ridge / 2 * Eigen::VectorXd(at.head(biases)).squaredNorm();
    for (const double one : losses_) loss += one;
    return loss;
  }

 private:
  template <typename Task>
  void in_blocks(std::int64_t n, const Task& task) {
    workers_->each((n + block - 1) / block, [&](std::int64_t number) {
      for (std::int64_t i = number * block; i < std::min(n, (number + 1) * block); ++i) task(i);
    });
  }

  void predict(const Eigen::VectorXd& at, std::int64_t cell) {
    const auto i = static_cast<std::size_t>(cell);
    const auto biases = static_cast<Index>(features_->by_slot.size()) * n_classes_;
    DoubleRow logits(n_classes_);
    for (Index c = 0; c < n_classes_; ++c) logits[c] = at[biases + c];
    for (const auto& [slot, value] : features_->by_cell[i]) {
      const double* weights = at.data() + slot * n_classes_;
      for (Index c = 0; c < n_classes_; ++c) logits[c] += value * weights[c];
    }
    DoubleRow p = softmax(logits, 1);
    const std::int32_t truth = problem_->labelled.levels[i];
    const double weight = problem_->weights[i] / total_;
    losses_[i] = -weight * std::log(std::max(p[truth], 1e-300));
    p[truth] -= 1;
    for (Index c = 0; c < n_classes_; ++c) errors_(cell, c) = p[c] * weight;
  }

  void sum_slot(const Eigen::VectorXd& at, std::int64_t slot, Eigen::VectorXd& gradient) {
    const Index first = slot * n_classes_;
    for (Index c = 0; c < n_classes_; ++c) gradient[first + c] = ridge * at[first + c];
    for (const auto& [cell, value] : features_->by_slot[static_cast<std::size_t>(slot)]) {
      for (Index c = 0; c < n_classes_; ++c) gradient[first + c] += value * errors_(cell, c);
    }
  }

  const Problem* problem_;
  const Features* features_;
  Workers* workers_;
  Index n_classes_;
  double total_ = 0;
  DoubleMatrix errors_;  ///< cells x classes: weighted probability minus truth
  Eigen::VectorXd one_class_;  ///< a column of errors_
  std::vector<double> losses_;
};

/// Levels with enough cells, as classes; cells of other levels are left out.
std::vector<std::int32_t> classes_of(const KeptCells& cells, LabelledCells& labelled) {
  std::map<std::int32_t, double> n_cells;
  for (std::size_t i = 0; i < labelled.rows.size(); ++i) {
    n_cells[labelled.levels[i]] += cells.weight[static_cast<std::size_t>(labelled.rows[i])];
  }
  std::vector<std::int32_t> classes;
  std::map<std::int32_t, std::int32_t> number;
  for (const auto& [level, n] : n_cells) {
    if (n < static_cast<double>(fewest_cells) - 0.5) continue;
    number[level] = static_cast<std::int32_t>(classes.size());
    classes.push_back(level);
  }
  LabelledCells chosen;
  for (std::size_t i = 0; i < labelled.rows.size(); ++i) {
    const auto at = number.find(labelled.levels[i]);
    if (at == number.end()) continue;
    chosen.rows.push_back(labelled.rows[i]);
    chosen.levels.push_back(at->second);
  }
  labelled = std::move(chosen);
  return classes;
}

}  // namespace

LabelledCells labelled_cells(const KeptCells& cells, const std::vector<Levels>& conditions,
                             const std::vector<std::int32_t>& rows, std::size_t field) {
  LabelledCells labelled;
  for (const std::int32_t row : rows) {
    const std::int32_t condition = cells.condition[static_cast<std::size_t>(row)];
    const std::int32_t level = conditions[static_cast<std::size_t>(condition)][field];
    if (level < 0) continue;
    labelled.rows.push_back(row);
    labelled.levels.push_back(level);
  }
  return labelled;
}

std::optional<Head> fit_head(const KeptCells& cells, const LabelledCells& labelled, std::size_t field, Index n_genes,
                             Workers& workers) {
  Head head;
  head.field = static_cast<std::int32_t>(field);
  Problem problem{&cells, labelled, {}, n_genes, 0};
  head.classes = classes_of(cells, problem.labelled);
  if (head.classes.size() < 2) return std::nullopt;
  problem.n_classes = static_cast<Index>(head.classes.size());
  for (const std::int32_t row : problem.labelled.rows) {
    problem.weights.push_back(cells.weight[static_cast<std::size_t>(row)]);
  }
  const Moments moments = moments_of(problem);
  const DoubleRow deviation = deviations(moments);
  head.genes = telling_genes(moments, deviation);
  head.scale.resize(static_cast<Index>(head.genes.size()));
  for (Index slot = 0; slot < head.scale.size(); ++slot) {
    const double spread = deviation[head.genes[static_cast<std::size_t>(slot)]];
    head.scale[slot] = static_cast<float>(std::max(spread, least_scale));
  }
  const Features features = features_of(problem, head);
  const auto n_slots = static_cast<Index>(head.genes.size());
  const Index n_weights = n_slots * problem.n_classes;
  const Eigen::VectorXd best = minimise(Loss(problem, features, workers),
                                        Eigen::VectorXd::Zero(n_weights + problem.n_classes), most_steps, tolerance);
  head.weights = Eigen::Map<const DoubleMatrix>(best.data(), n_slots, problem.n_classes).cast<float>();
  head.bias = best.tail(problem.n_classes).transpose().cast<float>();
  return head;
}

}  // namespace gemflow::gem_local
