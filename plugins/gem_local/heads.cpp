// SPDX-License-Identifier: Apache-2.0
#include "gem_local/heads.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace gemflow::gem_local {
namespace {

constexpr double counts_per_cell = 1e4;
constexpr double largest_feature = 10;

}  // namespace

double head_feature(double count, double total, double scale) noexcept {
  return std::min(std::log1p(count / total * counts_per_cell) / scale, largest_feature);
}

Classifier::Classifier(const Head& head, Index n_genes)
    : head_(&head), slot_of_gene_(static_cast<std::size_t>(n_genes), -1) {
  std::int32_t slot = 0;
  for (const std::int32_t gene : head.genes) slot_of_gene_[static_cast<std::size_t>(gene)] = slot++;
}

DoubleRow Classifier::logits(CellCounts cell) const {
  DoubleRow sum = head_->bias.cast<double>();
  const double total = std::accumulate(cell.values.begin(), cell.values.end(), 0.0);
  if (total <= 0) return sum;
  for (std::size_t i = 0; i < cell.genes.size(); ++i) {
    const std::int32_t slot = slot_of_gene_[static_cast<std::size_t>(cell.genes[i])];
    if (slot < 0) continue;
    const double x = head_feature(cell.values[i], total, static_cast<double>(head_->scale[slot]));
    for (Index c = 0; c < sum.size(); ++c) sum[c] += x * static_cast<double>(head_->weights(slot, c));
  }
  return sum;
}

DoubleRow Classifier::probabilities(CellCounts cell) const {
  return softmax(logits(cell), static_cast<double>(head_->temperature));
}

DoubleRow softmax(const DoubleRow& logits, double temperature) {
  const double top = logits.maxCoeff();
  DoubleRow p(logits.size());
  double sum = 0;
  for (Index c = 0; c < p.size(); ++c) sum += p[c] = std::exp((logits[c] - top) / temperature);
  for (Index c = 0; c < p.size(); ++c) p[c] /= sum;
  return p;
}

}  // namespace gemflow::gem_local
