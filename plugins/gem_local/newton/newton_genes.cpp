// SPDX-License-Identifier: Apache-2.0
#include "gem_local/newton/newton_genes.hpp"

namespace gemflow::gem_local {
namespace {

constexpr double no_share = -700;  ///< log share of a gene that only fills a block

std::size_t padded(Index n, std::size_t block) { return (static_cast<std::size_t>(n) + block - 1) / block * block; }

}  // namespace

NewtonGenes::NewtonGenes(const FloatMatrix& loadings, const FloatRow& log_share)
    : n_latents_(padded(loadings.rows(), latents_of_block)),
      loadings_(n_latents_ * padded(loadings.cols(), genes_of_block), 0.0F),
      log_share_(padded(loadings.cols(), genes_of_block), no_share) {
  for (Index gene = 0; gene < loadings.cols(); ++gene) {
    const auto at = static_cast<std::size_t>(gene);
    log_share_[at] = static_cast<double>(log_share[gene]);
    const std::size_t first = at / genes_of_block * n_latents_ * genes_of_block + at % genes_of_block;
    for (Index k = 0; k < loadings.rows(); ++k) {
      loadings_[first + static_cast<std::size_t>(k) * genes_of_block] = loadings(k, gene);
    }
  }
  wide_loadings_.assign(loadings_.begin(), loadings_.end());
}

void NewtonGenes::sum(NewtonKernel kernel, const std::vector<double>& counts, double log_total,
                      const std::vector<double>& latents, NewtonSums& sums) const {
  sums.gradient.resize(n_latents_);
  sums.information.resize(n_latents_ * n_latents_);
  kernel({n_latents_, n_genes() / genes_of_block, loadings_.data(), wide_loadings_.data(), log_share_.data(),
          counts.data(), latents.data(), log_total, sums.gradient.data(), sums.information.data()});
}

NewtonKernel best_newton_kernel() noexcept {
  return __builtin_cpu_supports("avx2") ? newton_sums_avx2 : newton_sums_baseline;
}

}  // namespace gemflow::gem_local
