// SPDX-License-Identifier: Apache-2.0
#include "gem_local/encoder.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <Eigen/Cholesky>

#include "gem_local/ranking.hpp"
#include "gem_local/tiles.hpp"

namespace gemflow::gem_local {
namespace {

/// Chosen on held-out donors: with half as many genes foreign cells are told apart much worse.
constexpr Index most_genes = 2000;
constexpr int n_steps = 4;
constexpr double longest_step = 3;  ///< in standard deviations of the prior

/// What a gene says about the latents: its share times its squared loadings.
std::vector<std::int32_t> informative_genes(const Parameters& parameters) {
  const FloatRow information = parameters.loadings.array().square().colwise().sum() * parameters.base.array().exp();
  return best_positions(std::span<const float>(information.data(), static_cast<std::size_t>(information.size())),
                        most_genes);
}

}  // namespace

Encoder::Encoder(const Parameters& parameters)
    : n_latents_(parameters.loadings.rows()),
      slot_of_gene_(static_cast<std::size_t>(parameters.n_genes()), -1),
      kernel_(best_newton_kernel()),
      depth_cap_(parameters.depth_cap) {
  const std::vector<std::int32_t> genes = informative_genes(parameters);
  FloatMatrix loadings(n_latents_, static_cast<Index>(genes.size()));
  FloatRow log_share(loadings.cols());
  for (Index slot = 0; slot < loadings.cols(); ++slot) {
    const std::int32_t gene = genes[static_cast<std::size_t>(slot)];
    slot_of_gene_[static_cast<std::size_t>(gene)] = static_cast<std::int32_t>(slot);
    loadings.col(slot) = parameters.loadings.col(gene);
    log_share[slot] = parameters.base[gene];
  }
  genes_ = NewtonGenes(loadings, log_share);
}

Posterior Encoder::encode(CellCounts cell) const {
  Posterior posterior{DoubleRow::Zero(n_latents_), DoubleMatrix::Identity(n_latents_, n_latents_)};
  const double total = std::accumulate(cell.values.begin(), cell.values.end(), 0.0);
  if (total <= 0 || n_latents_ == 0) return posterior;

  const double weight = std::min(1.0, depth_cap_ / total);
  std::vector<double> counts(genes_.n_genes(), 0.0);
  for (std::size_t i = 0; i < cell.genes.size(); ++i) {
    const std::int32_t slot = slot_of_gene_[static_cast<std::size_t>(cell.genes[i])];
    if (slot >= 0) counts[static_cast<std::size_t>(slot)] = cell.values[i] * weight;
  }
  std::vector<double> latents(genes_.n_latents(), 0.0);
  NewtonSums sums;
  for (int step = 0; step < n_steps; ++step) {
    genes_.sum(kernel_, counts, std::log(total * weight), latents, sums);
    take_step(sums, posterior);
    std::copy_n(posterior.mean.data(), n_latents_, latents.data());
  }
  DoubleMatrix& precision = posterior.precision;
  precision.triangularView<Eigen::StrictlyUpper>() = precision.transpose();
  return posterior;
}

void Encoder::take_step(const NewtonSums& sums, Posterior& posterior) const {
  const auto stride = static_cast<Index>(genes_.n_latents());
  DoubleRow& z = posterior.mean;
  const DoubleRow pull = Eigen::Map<const DoubleRow>(sums.gradient.data(), n_latents_) - z;
  DoubleMatrix& precision = posterior.precision;
  precision = Eigen::Map<const DoubleMatrix>(sums.information.data(), stride, stride).topLeftCorner(n_latents_, n_latents_);
  precision.diagonal().array() += 1;
  const DoubleRow newton = precision.selfadjointView<Eigen::Lower>().llt().solve(pull.transpose()).transpose();
  z += newton * std::min(1.0, longest_step / std::max(newton.norm(), 1e-9));
}

DoubleMatrix biological_latents(const Encoder& encoder, const Parameters& parameters, const CountChunk& counts,
                                const std::vector<std::int32_t>& cells, Workers& workers) {
  const Index first = parameters.first_latent(biological);
  const Index n = parameters.n_latents[biological];
  DoubleMatrix latents(static_cast<Index>(cells.size()), n);
  in_tiles(workers, latents.rows(), [&](std::int64_t row) {
    latents.row(row) = encoder.encode(counts.cell(cells[static_cast<std::size_t>(row)])).mean.segment(first, n);
  });
  return latents;
}

}  // namespace gemflow::gem_local
