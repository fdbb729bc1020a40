// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "gem_local/arrays.hpp"
#include "gem_local/newton/kernel.hpp"

namespace gemflow::gem_local {

/// Gradient and information, as the kernel leaves them.
struct NewtonSums {
  std::vector<double> gradient, information;
};

/// Loadings and log shares of the genes that the encoder looks at, laid out for the kernel.
class NewtonGenes {
 public:
  NewtonGenes() = default;
  /// `loadings`: latents x genes.
  NewtonGenes(const FloatMatrix& loadings, const FloatRow& log_share);

  [[nodiscard]] std::size_t n_latents() const noexcept { return n_latents_; }       ///< padded
  [[nodiscard]] std::size_t n_genes() const noexcept { return log_share_.size(); }  ///< padded

  /// `counts` and `latents` are padded with zeros.
  void sum(NewtonKernel kernel, const std::vector<double>& counts, double log_total,
           const std::vector<double>& latents, NewtonSums& sums) const;

 private:
  std::size_t n_latents_ = 0;
  std::vector<float> loadings_;
  std::vector<double> wide_loadings_;
  std::vector<double> log_share_;
};

/// The fastest that this processor can run.
[[nodiscard]] NewtonKernel best_newton_kernel() noexcept;

}  // namespace gemflow::gem_local
