// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "gem_local/arrays.hpp"
#include "gem_local/newton/newton_genes.hpp"
#include "gem_local/parameters.hpp"
#include "gemflow/core/count_chunk.hpp"
#include "gemflow/core/job.hpp"

namespace gemflow::gem_local {

/// The most probable latents of a cell and how sure they are.
struct Posterior {
  DoubleRow mean;
  DoubleMatrix precision;  ///< inverse of the covariance (Laplace)
};

/// From counts to latents: the mode of  y ~ Poisson(total·share·exp(z·L)),  z ~ N(0, 1),  over the genes that say most
/// about z. A gene's weight falls with its mean as in a negative binomial. Each cell by itself: no batch can change it.
class Encoder {
 public:
  explicit Encoder(const Parameters& parameters);

  [[nodiscard]] Index n_latents() const noexcept { return n_latents_; }
  /// `genes` ascending, positions in the model's gene order. A cell without counts is at the origin.
  [[nodiscard]] Posterior encode(CellCounts cell) const;

 private:
  void take_step(const NewtonSums& sums, Posterior& posterior) const;

  Index n_latents_;
  std::vector<std::int32_t> slot_of_gene_;  ///< among `genes_`, -1 for a gene that is not looked at
  NewtonGenes genes_;
  NewtonKernel kernel_;
  double depth_cap_;
};

/// The biological latents of some cells of a chunk, as rows.
[[nodiscard]] DoubleMatrix biological_latents(const Encoder& encoder, const Parameters& parameters,
                                              const CountChunk& counts, const std::vector<std::int32_t>& cells,
                                              Workers& workers);

}  // namespace gemflow::gem_local
