// SPDX-License-Identifier: Apache-2.0
#include "gem_local/latents.hpp"

#include <string_view>

#include <fmt/format.h>

#include "gem_local/train/products.hpp"

namespace gemflow::gem_local {
namespace {

constexpr std::array<std::string_view, n_groups> group_names{"technical", "biological", "perturbation"};

}  // namespace

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

void put_beside(const Parameters& parameters, const DoubleMatrix& latents, Chunk& answer) {
  for (std::size_t group = 0; group < n_groups; ++group) {
    const std::int32_t n = parameters.n_latents[group];
    if (n == 0) continue;
    Matrix matrix{std::string(group_names[group]), MatrixKind::latents, {}, {}};
    const FloatMatrix values = latents.middleCols(parameters.first_latent(static_cast<LatentGroup>(group)), n).cast<float>();
    for (std::int32_t i = 0; i < n; ++i) matrix.columns.push_back(fmt::format("{}_{}", group_names[group], i));
    matrix.values.assign(values.data(), values.data() + values.size());
    answer.obsm.push_back(std::move(matrix));
  }
}

Index LatentReader::n_explained(LatentGroup group) const noexcept {
  return parameters_->n_latents[group] - (group == biological ? parameters_->n_residual : 0);
}

const LatentReader::Gram& LatentReader::gram_of(LatentGroup group) const {
  constexpr double ridge = 1e-6;  // of the mean square of a loading: fields that share a direction leave the product singular
  std::call_once(made_[group], [&] {
    const DoubleMatrix loadings =
        parameters_->loadings.middleRows(parameters_->first_latent(group), n_explained(group)).cast<double>();
    Eigen::MatrixXd gram = product(loadings, loadings.transpose());
    gram.diagonal().array() += ridge * gram.trace() / static_cast<double>(gram.rows());
    grams_[group].compute(gram);
  });
  return grams_[group];
}

void LatentReader::read(LatentGroup group, const FloatRow& log_rates, DoubleRow& latents) const {
  const Index n = n_explained(group);
  const Index first = parameters_->first_latent(group);
  if (n == 0) return;
  Eigen::VectorXd along = Eigen::VectorXd::Zero(n);
  for (Index i = 0; i < n; ++i) {
    const auto loading = parameters_->loadings.row(first + i);
    double sum = 0;
    for (Index gene = 0; gene < log_rates.size(); ++gene) {
      sum += static_cast<double>(loading[gene]) * static_cast<double>(log_rates[gene]);
    }
    along[i] = sum;
  }
  latents.segment(first, n) = gram_of(group).solve(along).transpose();
}

}  // namespace gemflow::gem_local
