// SPDX-License-Identifier: Apache-2.0
#include "gem_local/latents.hpp"

#include <Eigen/Cholesky>

namespace gemflow::gem_local {

DoubleRow draw_latents(const Parameters& parameters, const Posterior& posterior, const CellRandom& random) {
  constexpr std::array<Stream, n_groups> streams{Stream::technical, Stream::biological, Stream::perturbation};
  Eigen::VectorXd normals(posterior.mean.size());
  Index at = 0;
  for (std::size_t group = 0; group < n_groups; ++group) {
    const Random stream = random.stream(streams[group]);
    for (std::int32_t i = 0; i < parameters.n_latents[group]; ++i) {
      normals[at++] = stream.normal(static_cast<std::uint64_t>(i) + 1);  // word 0 draws levels
    }
  }
  const Eigen::MatrixXd lower = posterior.precision.llt().matrixL();
  const Eigen::VectorXd deviation = lower.transpose().triangularView<Eigen::Upper>().solve(normals);
  return posterior.mean + deviation.transpose();
}

void add_latents(const Parameters& parameters, LatentGroup group, const DoubleRow& latents, FloatRow& log_rates) {
  const std::int32_t first = parameters.first_latent(group);
  for (std::int32_t i = first; i < first + parameters.n_latents[static_cast<std::size_t>(group)]; ++i) {
    log_rates += static_cast<float>(latents[i]) * parameters.loadings.row(i);
  }
}

}  // namespace gemflow::gem_local
