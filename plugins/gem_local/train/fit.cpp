// SPDX-License-Identifier: Apache-2.0
#include "gem_local/train/fit.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

#include <Eigen/Eigenvalues>
#include <Eigen/LU>

#include "gem_local/encoder.hpp"
#include "gem_local/train/head_fit.hpp"
#include "gem_local/train/means.hpp"
#include "gem_local/train/products.hpp"
#include "gem_local/train/residual_factors.hpp"

namespace gemflow::gem_local {
namespace {

constexpr std::size_t enough_labelled_cells = 200;
constexpr Index most_latents_of_field = 64;
constexpr double least_variance = 1e-3;  ///< of the latents within classes
constexpr double smallest_share = 1e-12;

template <typename Array>
FloatMatrix halves_of(const Array& array) {
  return array.template cast<float>().unaryExpr([](float value) { return as_half(value); });
}

/// Directions in which a field's levels differ: the log effects are combinations of them, with coefficients whose mean
/// square over the cells is 1.
FloatMatrix field_basis(const DoubleMatrix& log_effects, const std::vector<double>& shares) {
  DoubleMatrix weighted = log_effects;
  for (Index level = 0; level < weighted.rows(); ++level) {
    weighted.row(level) *= std::sqrt(shares[static_cast<std::size_t>(level)]);
  }
  const Eigen::MatrixXd gram = product(weighted, weighted.transpose());
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(gram);
  const double largest = std::max(solver.eigenvalues().maxCoeff(), 0.0);
  FloatMatrix basis(0, log_effects.cols());
  for (Index i = gram.rows(); i-- > 0 && basis.rows() < most_latents_of_field;) {
    if (solver.eigenvalues()[i] <= std::max(1e-6 * largest, 1e-6)) break;
    basis.conservativeResize(basis.rows() + 1, Eigen::NoChange);
    basis.row(basis.rows() - 1) = (solver.eigenvectors().col(i).transpose() * weighted).cast<float>();
  }
  return basis;
}

void append_rows(FloatMatrix& matrix, const FloatMatrix& more) {
  const Index old = matrix.rows();
  matrix.conservativeResize(old + more.rows(), Eigen::NoChange);
  matrix.bottomRows(more.rows()) = more;
}

void set_loadings(const FitCells& input, const DoubleMatrix& log_factors, const FloatMatrix& residual, Parameters& p) {
  p.loadings = FloatMatrix(0, log_factors.cols());
  for (const LatentGroup group : {technical, biological, perturbation}) {
    const Index before = p.loadings.rows();
    for (std::size_t field = 0; field < p.fields.size(); ++field) {
      const FieldPart& part = p.fields[field];
      if (p.group_of(field) != group || part.n_levels == 0) continue;
      append_rows(p.loadings, field_basis(log_factors.middleRows(part.first_effect, part.n_levels),
                                          level_shares(input.sums, field, part.n_levels)));
    }
    if (group == biological) append_rows(p.loadings, residual);
    p.n_latents[group] = static_cast<std::int32_t>(p.loadings.rows() - before);
  }
  p.n_residual = static_cast<std::int32_t>(residual.rows());
  p.loadings = halves_of(p.loadings);
}

/// Takes the factors of the combinations that are known into the table of interactions.
void set_combinations(const FitCells& input, const Means& means, Parameters& p) {
  std::vector<DoubleRow> rows;
  const auto next_row = [&rows](bool known, const auto& factors) -> std::int32_t {
    if (!known) return -1;
    rows.emplace_back(factors.array().log());
    return static_cast<std::int32_t>(rows.size() - 1);
  };
  for (std::size_t i = 0; i < means.pairs.size(); ++i) {
    const std::int32_t row = next_row(means.pair_is_known[i], means.pair_factors.row(static_cast<Index>(i)));
    p.pairs.push_back({means.pairs[i], std::llround(means.pair_cells[i]), 0, 0, row});
  }
  for (std::size_t i = 0; i < input.sums.levels.size(); ++i) {
    const double n = std::max(input.sums.n_cells[i], 1.0);
    const double mean = input.survey->log_depth_sums[i] / n;
    const double variance = input.survey->log_depth_squares[i] / n - mean * mean;
    const std::int32_t row = next_row(means.condition_is_known[i], means.condition_factors.row(static_cast<Index>(i)));
    p.conditions.push_back(
        {input.sums.levels[i], std::llround(input.sums.n_cells[i]), mean, std::sqrt(std::max(variance, 0.0)), row});
  }
  p.interactions = FloatMatrix(static_cast<Index>(rows.size()), p.n_genes());
  for (std::size_t i = 0; i < rows.size(); ++i) p.interactions.row(static_cast<Index>(i)) = halves_of(rows[i]);
}

/// Cells that have every biological label; what varies within unlabelled ones is their labels, too.
std::vector<std::int32_t> fully_labelled(const FitCells& input) {
  std::vector<std::int32_t> rows;
  for (const std::int32_t row : input.rows) {
    const std::int32_t condition = input.cells->condition[static_cast<std::size_t>(row)];
    const Levels& levels = input.survey->sums.levels[static_cast<std::size_t>(condition)];
    bool all = true;
    for (std::size_t field = 0; field < levels.size(); ++field) {
      const FieldPart& part = input.survey->fields[field];
      all = all && (part.field.group != "biological" || part.n_levels == 0 || levels[field] >= 0);
    }
    if (all) rows.push_back(row);
  }
  return rows.size() >= enough_labelled_cells ? rows : input.rows;
}

double median_total(const FitCells& input) {
  std::vector<double> totals;
  for (const std::int32_t row : input.rows) totals.push_back(input.cells->counts.total(row));
  const auto middle = totals.begin() + static_cast<std::ptrdiff_t>(totals.size() / 2);
  std::nth_element(totals.begin(), middle, totals.end());
  return *middle;
}

void set_implications(const Survey& survey, Parameters& p) {
  for (std::size_t f = 0; f < p.fields.size(); ++f) {
    FieldPart& part = p.fields[f];
    part.implies.assign(static_cast<std::size_t>(part.n_levels), {});
    for (std::size_t other = 0; other < p.fields.size(); ++other) {
      if (other == f || p.fields[other].field.group != part.field.group) continue;
      std::map<std::int32_t, std::set<std::int32_t>> seen;
      for (const Levels& levels : survey.sums.levels) seen[levels[f]].insert(levels[other]);
      for (const auto& [level, others] : seen) {
        if (level < 0 || others.size() != 1 || *others.begin() < 0) continue;
        part.implies[static_cast<std::size_t>(level)].emplace_back(static_cast<std::int32_t>(other), *others.begin());
      }
    }
  }
}

/// The classes' centres among the biological latents and the inverse of the covariance within them.
void set_classes(const FitCells& input, Parameters& p, Workers& workers) {
  const std::int32_t field = outlier_field(p.fields);
  LabelledCells cells{input.rows, std::vector<std::int32_t>(input.rows.size(), 0)};
  if (field >= 0) {
    cells = labelled_cells(*input.cells, input.survey->sums.levels, input.rows, static_cast<std::size_t>(field));
  }
  const DoubleMatrix latents = biological_latents(Encoder(p), p, input.cells->counts, cells.rows, workers);
  std::map<std::int32_t, std::vector<Index>> members;
  for (std::size_t i = 0; i < cells.levels.size(); ++i) members[cells.levels[i]].push_back(static_cast<Index>(i));
  std::erase_if(members, [](const auto& one) { return static_cast<std::int64_t>(one.second.size()) < fewest_cells; });
  if (members.empty() || latents.cols() == 0) return;

  p.outliers.centres = FloatMatrix(static_cast<Index>(members.size()), latents.cols());
  DoubleMatrix spread = DoubleMatrix::Zero(latents.cols(), latents.cols());
  Index at = 0;
  double n = 0;
  for (const auto& [level, rows] : members) {
    DoubleRow centre = DoubleRow::Zero(latents.cols());
    for (const Index row : rows) centre += latents.row(row) / static_cast<double>(rows.size());
    for (const Index row : rows) {
      const DoubleRow from = latents.row(row) - centre;
      spread += from.transpose() * from;
    }
    n += static_cast<double>(rows.size());
    p.outliers.centres.row(at++) = centre.cast<float>();
  }
  spread /= n;
  spread.diagonal().array() += least_variance;
  p.outliers.precision = spread.inverse().cast<float>();
}

}  // namespace

std::int32_t outlier_field(const std::vector<FieldPart>& fields) noexcept {
  std::int32_t best = -1;
  std::int32_t most = 0;
  for (std::size_t field = 0; field < fields.size(); ++field) {
    if (fields[field].field.group != "biological" || fields[field].n_levels <= most) continue;
    best = static_cast<std::int32_t>(field);
    most = fields[field].n_levels;
  }
  return best;
}

Parameters fit_parameters(const FitCells& input, std::uint64_t seed, Workers& workers) {
  Parameters p;
  p.genes = input.survey->genes;
  p.fields = input.survey->fields;
  const Means means = fit_means(input.sums, p.fields, workers);
  p.base = means.base.cwiseMax(smallest_share).array().log().cast<float>();
  const DoubleMatrix log_factors = means.factors.array().log();
  p.effects = halves_of(log_factors);
  set_combinations(input, means, p);
  set_implications(*input.survey, p);
  const Residual residual = fit_residual(*input.cells, fully_labelled(input), means.shares, seed, workers);
  p.dispersion = halves_of(residual.dispersion);
  set_loadings(input, log_factors, residual.loadings, p);
  p.depth_cap = median_total(input);
  for (std::size_t field = 0; field < p.fields.size(); ++field) {
    if (!p.fields[field].field.predicted) continue;
    const LabelledCells labelled = labelled_cells(*input.cells, input.survey->sums.levels, input.rows, field);
    if (auto head = fit_head(*input.cells, labelled, field, p.n_genes(), workers)) p.heads.push_back(std::move(*head));
  }
  set_classes(input, p, workers);
  return p;
}

}  // namespace gemflow::gem_local
