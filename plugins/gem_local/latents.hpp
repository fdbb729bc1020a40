// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <mutex>

#include <Eigen/Cholesky>

#include "gem_local/encoder.hpp"
#include "gem_local/parameters.hpp"
#include "gem_local/synthetic_counts.hpp"
#include "gemflow/core/chunk.hpp"

namespace gemflow::gem_local {

/// Latents drawn from a cell's posterior instead of its mode. Each group has its own stream.
[[nodiscard]] DoubleRow draw_latents(const Parameters& parameters, const Posterior& posterior,
                                     const CellRandom& random);

/// Adds latents of one group, times their loadings, to log rates.
void add_latents(const Parameters& parameters, LatentGroup group, const DoubleRow& latents, FloatRow& log_rates);

/// Latents of cells (one a row) as matrices beside an answer, one for each group that has any.
void put_beside(const Parameters& parameters, const DoubleMatrix& latents, Chunk& answer);

/// From what effects add to a cell's log rates back to latents: `add_latents` of these comes nearest to it. A level's effects
/// are combinations of its group's loadings (but for directions of no weight), so that little is lost; where two fields share
/// a direction, the shortest latents are taken. Safe to call from many threads.
class LatentReader {
 public:
  /// REQUIRES: `parameters` outlive it.
  explicit LatentReader(const Parameters& parameters) : parameters_(&parameters) {}
  /// Sets the latents of `group`; those of the residual factors, which no metadata explains, are left as they are.
  void read(LatentGroup group, const FloatRow& log_rates, DoubleRow& latents) const;

 private:
  using Gram = Eigen::LLT<Eigen::MatrixXd>;

  [[nodiscard]] Index n_explained(LatentGroup group) const noexcept;
  [[nodiscard]] const Gram& gram_of(LatentGroup group) const;

  const Parameters* parameters_;
  mutable std::array<std::once_flag, n_groups> made_;  ///< the products below are made when they are first asked for
  mutable std::array<Gram, n_groups> grams_;
};

}  // namespace gemflow::gem_local
