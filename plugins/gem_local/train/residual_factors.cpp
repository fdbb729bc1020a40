// SPDX-License-Identifier: Apache-2.0
#include "gem_local/train/residual_factors.hpp"

#include <algorithm>
#include <cmath>

#include "gem_local/ranking.hpp"
#include "gem_local/train/leading_vectors.hpp"
#include "gem_local/train/products.hpp"

namespace gemflow::gem_local {
namespace {

constexpr std::size_t most_cells = 5000;
constexpr Index most_genes = 2000;  ///< that define the factors; all genes get loadings
constexpr Index most_factors = 12;
constexpr double expected_dispersion = 0.01;  ///< of the Pearson residuals (Lause et al. 2021: theta 100)
constexpr double least_mean = 0.005;          ///< counts a cell; rarer genes define no factor
constexpr double longest_loading = 1.2;  ///< over all factors: a gene's log rate has at most this standard deviation
constexpr double most_dispersion = 5;
constexpr double least_dispersion = 1e-4;
constexpr double dispersion_strength = 20;  ///< how many times the median gene's evidence the common value weighs
constexpr std::int64_t n_blocks = 16;       ///< sums are made in this many parts, whatever the number of threads

/// Cells and their expected counts, gene by gene.
class ResidualRows {
 public:
  ResidualRows(const KeptCells& cells, std::vector<std::int32_t> rows, const DoubleMatrix& shares)
      : cells_(&cells), rows_(std::move(rows)), shares_(&shares), clip_(std::sqrt(static_cast<double>(rows_.size()))) {}

  [[nodiscard]] Index size() const noexcept { return static_cast<Index>(rows_.size()); }
  [[nodiscard]] Index n_genes() const noexcept { return shares_->cols(); }

  void fill(Index row, DoubleRow& counts, DoubleRow& means) const {
    const std::int32_t cell = rows_[static_cast<std::size_t>(row)];
    const CellCounts values = cells_->counts.cell(cell);
    counts.setZero(n_genes());
    for (std::size_t i = 0; i < values.genes.size(); ++i) counts[values.genes[i]] = values.values[i];
    means = shares_->row(cells_->condition[static_cast<std::size_t>(cell)]) * cells_->counts.total(cell);
  }

  /// (count - mean) / standard deviation, clipped.
  void residuals(Index row, DoubleRow& means, DoubleRow& residuals) const {
    fill(row, residuals, means);
    const auto deviation = (means.array() + expected_dispersion * means.array().square() + 1e-9).sqrt();
    residuals = ((residuals - means).array() / deviation).min(clip_).max(-clip_);
  }

 private:
  const KeptCells* cells_;
  std::vector<std::int32_t> rows_;
  const DoubleMatrix* shares_;
  double clip_;
};

/// Calls add(sums, row) for all rows; `n_sums` x genes sums are made in fixed parts and added in order.
template <typename Add>
DoubleMatrix sum_rows(const ResidualRows& rows, Index n_sums, Workers& workers, const Add& add) {
  std::vector<DoubleMatrix> parts(static_cast<std::size_t>(n_blocks), DoubleMatrix::Zero(n_sums, rows.n_genes()));
  workers.each(n_blocks, [&](std::int64_t block) {
    const Index begin = rows.size() * block / n_blocks;
    const Index end = rows.size() * (block + 1) / n_blocks;
    for (Index row = begin; row < end; ++row) add(parts[static_cast<std::size_t>(block)], row);
  });
  for (std::size_t block = 1; block < parts.size(); ++block) parts[0] += parts[block];
  return std::move(parts[0]);
}

/// Per gene, as rows: squared residuals, means, squared means, (count - mean)² - mean.
DoubleMatrix gene_moments(const ResidualRows& rows, Workers& workers) {
  return sum_rows(rows, 4, workers, [&](DoubleMatrix& sums, Index row) {
    DoubleRow means, residuals, counts;
    rows.residuals(row, means, residuals);
    rows.fill(row, counts, means);
    sums.row(0) += residuals.cwiseProduct(residuals);
    sums.row(1) += means;
    sums.row(2) += means.cwiseProduct(means);
    sums.row(3) += (counts - means).cwiseProduct(counts - means) - means;
  });
}

std::vector<std::int32_t> defining_genes(const DoubleMatrix& moments, Index n_rows) {
  std::vector<double> score;
  for (Index gene = 0; gene < moments.cols(); ++gene) {
    score.push_back(moments(1, gene) > least_mean * static_cast<double>(n_rows) ? moments(0, gene) : -1.0);
  }
  std::vector<std::int32_t> genes = best_positions(std::span<const double>(score), most_genes);
  std::erase_if(genes, [&](std::int32_t gene) { return score[static_cast<std::size_t>(gene)] < 0; });
  return genes;
}

FloatMatrix residuals_of(const ResidualRows& rows, const std::vector<std::int32_t>& genes, Workers& workers) {
  FloatMatrix residuals(rows.size(), static_cast<Index>(genes.size()));
  workers.each(rows.size(), [&](std::int64_t row) {
    DoubleRow means, values;
    rows.residuals(row, means, values);
    for (std::size_t i = 0; i < genes.size(); ++i) {
      residuals(row, static_cast<Index>(i)) = static_cast<float>(values[genes[i]]);
    }
  });
  return residuals;
}

/// What the spiked covariance model makes of an eigenvalue of pure noise 1 plus a signal, at `aspect` genes a cell: by
/// how much an eigenvector scaled by sqrt(eigenvalue) has to shrink. 0 below the edge of the noise.
double shrink_factor(double eigenvalue, double aspect) {
  const double edge = (1 + std::sqrt(aspect)) * (1 + std::sqrt(aspect));
  if (eigenvalue <= edge) return 0;
  const double b = eigenvalue - 1 - aspect;
  const double signal = (b + std::sqrt(b * b - 4 * aspect)) / 2;
  const double cosine = std::max(0.0, (1 - aspect / (signal * signal)) / (1 + aspect / signal));
  return std::sqrt(signal * cosine) / eigenvalue;
}

FloatMatrix fit_loadings(const ResidualRows& rows, const DoubleMatrix& moments, std::uint64_t seed, Workers& workers) {
  const std::vector<std::int32_t> genes = defining_genes(moments, rows.size());
  const auto n = static_cast<double>(rows.size());
  if (genes.empty()) return FloatMatrix(0, rows.n_genes());
  const FloatMatrix residuals = residuals_of(rows, genes, workers);
  const LeadingVectors leading = leading_vectors(residuals, most_factors, seed, workers);

  std::vector<Index> stands_out;
  std::vector<double> factors;
  for (Index k = 0; k < leading.values.size(); ++k) {
    const double factor = shrink_factor(leading.values[k] / n, static_cast<double>(genes.size()) / n);
    if (factor <= 0) continue;
    stands_out.push_back(k);
    factors.push_back(factor);
  }
  const FloatMatrix scores = product(residuals, leading.vectors);
  const auto n_factors = static_cast<Index>(factors.size());
  const DoubleMatrix products = sum_rows(rows, n_factors, workers, [&](DoubleMatrix& sums, Index row) {
    DoubleRow means, values;
    rows.residuals(row, means, values);
    for (Index k = 0; k < n_factors; ++k) {
      sums.row(k) += static_cast<double>(scores(row, stands_out[static_cast<std::size_t>(k)])) * values;
    }
  });
  const DoubleRow root_mean = (moments.row(1) / n).array().max(1e-4).sqrt();
  FloatMatrix loadings(n_factors, rows.n_genes());
  for (Index k = 0; k < n_factors; ++k) {
    const DoubleRow scaled = products.row(k) * (factors[static_cast<std::size_t>(k)] / n);
    loadings.row(k) = scaled.cwiseQuotient(root_mean).cast<float>();
  }
  const FloatRow length = loadings.colwise().norm();
  for (Index gene = 0; gene < loadings.cols(); ++gene) {
    loadings.col(gene) *= std::min(1.0F, static_cast<float>(longest_loading) / std::max(length[gene], 1e-9F));
  }
  return loadings;
}

/// By moments, net of what the factors make, drawn toward the value common to all genes.
FloatRow fit_dispersion(const DoubleMatrix& moments, const FloatMatrix& loadings) {
  const Index n_genes = moments.cols();
  DoubleRow excess(n_genes), evidence(n_genes);
  for (Index gene = 0; gene < n_genes; ++gene) {
    const double made = std::expm1(loadings.col(gene).cast<double>().squaredNorm());
    excess[gene] = moments(3, gene) - moments(2, gene) * made;
    evidence[gene] = moments(2, gene) * (1 + made);
  }
  const double pooled = std::max(excess.sum() / std::max(evidence.sum(), 1e-300), least_dispersion);
  std::vector<double> sorted(evidence.data(), evidence.data() + n_genes);
  std::nth_element(sorted.begin(), sorted.begin() + n_genes / 2, sorted.end());
  const double strength = dispersion_strength * sorted[static_cast<std::size_t>(n_genes / 2)] + 1e-300;
  FloatRow dispersion(n_genes);
  for (Index gene = 0; gene < n_genes; ++gene) {
    const double value = (excess[gene] + pooled * strength) / (evidence[gene] + strength);
    dispersion[gene] = static_cast<float>(std::clamp(value, least_dispersion, most_dispersion));
  }
  return dispersion;
}

/// Every n-th of them, so that no more than `most_cells` are left.
std::vector<std::int32_t> thinned(const std::vector<std::int32_t>& rows) {
  const std::size_t step = rows.size() / most_cells + 1;
  std::vector<std::int32_t> some;
  for (std::size_t i = 0; i < rows.size(); i += step) some.push_back(rows[i]);
  return some;
}

}  // namespace

Residual fit_residual(const KeptCells& cells, const std::vector<std::int32_t>& rows, const DoubleMatrix& shares,
                      std::uint64_t seed, Workers& workers) {
  const ResidualRows chosen(cells, thinned(rows), shares);
  const DoubleMatrix moments = gene_moments(chosen, workers);
  Residual residual;
  residual.loadings = fit_loadings(chosen, moments, seed, workers);
  residual.dispersion = fit_dispersion(moments, residual.loadings);
  return residual;
}

}  // namespace gemflow::gem_local
