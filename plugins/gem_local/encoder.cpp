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
constexpr double overdispersion = 0.5;  ///< genes with many counts have a say, not the last word
constexpr double longest_step = 3;      ///< in standard deviations of the prior
constexpr double largest_exponent = 10;

/// What a gene says about the latents: its share times its squared loadings.
std::vector<std::int32_t> informative_genes(const Parameters& parameters) {
  const FloatRow information = parameters.loadings.array().square().colwise().sum() * parameters.base.array().exp();
  return best_positions(std::span<const float>(information.data(), static_cast<std::size_t>(information.size())),
                        most_genes);
}

}  // namespace

Encoder::Encoder(const Parameters& parameters)
    : slot_of_gene_(static_cast<std::size_t>(parameters.n_genes()), -1), depth_cap_(parameters.depth_cap) {
  const std::vector<std::int32_t> genes = informative_genes(parameters);
  const auto n = static_cast<Index>(genes.size());
  loadings_.resize(parameters.loadings.rows(), n);
  log_share_.resize(n);
  for (Index slot = 0; slot < n; ++slot) {
    const std::int32_t gene = genes[static_cast<std::size_t>(slot)];
    slot_of_gene_[static_cast<std::size_t>(gene)] = static_cast<std::int32_t>(slot);
    loadings_.col(slot) = parameters.loadings.col(gene).cast<double>();
    log_share_[slot] = static_cast<double>(parameters.base[gene]);
  }
}

Posterior Encoder::encode(CellCounts cell) const {
  const Index n = n_latents();
  Posterior posterior{DoubleRow::Zero(n), DoubleMatrix::Identity(n, n)};
  const double total = std::accumulate(cell.values.begin(), cell.values.end(), 0.0);
  if (total <= 0 || n == 0) return posterior;

  const double weight = std::min(1.0, depth_cap_ / total);
  DoubleRow counts = DoubleRow::Zero(log_share_.size());
  for (std::size_t i = 0; i < cell.genes.size(); ++i) {
    const std::int32_t slot = slot_of_gene_[static_cast<std::size_t>(cell.genes[i])];
    if (slot >= 0) counts[slot] = cell.values[i] * weight;
  }
  const DoubleRow log_mean = log_share_.array() + std::log(total * weight);
  DoubleRow& z = posterior.mean;
  DoubleMatrix& precision = posterior.precision;
  for (int step = 0; step < n_steps; ++step) {
    const DoubleRow change = (z * loadings_).array().min(largest_exponent).max(-largest_exponent);
    const DoubleRow mean = (log_mean + change).array().exp();
    const DoubleRow weights = 1 / (1 + overdispersion * mean.array());
    const DoubleRow pull = ((counts - mean).array() * weights.array()).matrix() * loadings_.transpose() - z;
    // Symmetric: half of it is enough.
    const DoubleRow root_information = (mean.array() * weights.array()).sqrt();
    const DoubleMatrix scaled = loadings_.array().rowwise() * root_information.array();
    precision.setIdentity();
    precision.selfadjointView<Eigen::Lower>().rankUpdate(scaled);
    const DoubleRow newton = precision.selfadjointView<Eigen::Lower>().llt().solve(pull.transpose()).transpose();
    z += newton * std::min(1.0, longest_step / std::max(newton.norm(), 1e-9));
  }
  precision.triangularView<Eigen::StrictlyUpper>() = precision.transpose();
  return posterior;
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
