// SPDX-License-Identifier: Apache-2.0
#include "gem_local/evaluate/distances.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "gem_local/train/leading_vectors.hpp"

namespace gemflow::gem_local {
namespace {

constexpr Index n_components = 20;

double mean_distance(const FloatMatrix& x, const FloatMatrix& y, Workers& workers) {
  std::vector<double> sums(static_cast<std::size_t>(x.rows()));
  workers.each(x.rows(), [&](std::int64_t row) {
    double sum = 0;
    for (Index other = 0; other < y.rows(); ++other) {
      double squares = 0;
      for (Index k = 0; k < x.cols(); ++k) {
        const double difference = static_cast<double>(x(row, k)) - static_cast<double>(y(other, k));
        squares += difference * difference;
      }
      sum += std::sqrt(squares);
    }
    sums[static_cast<std::size_t>(row)] = sum;
  });
  const double pairs = static_cast<double>(x.rows()) * static_cast<double>(y.rows());
  return std::accumulate(sums.begin(), sums.end(), 0.0) / pairs;
}

}  // namespace

double energy_distance(const FloatMatrix& x, const FloatMatrix& y, Workers& workers) {
  return 2 * mean_distance(x, y, workers) - mean_distance(x, x, workers) - mean_distance(y, y, workers);
}

double ks_distance(std::vector<double> a, std::vector<double> b) {
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  double largest = 0;
  std::size_t i = 0, j = 0;
  while (i < a.size() && j < b.size()) {
    const double value = std::min(a[i], b[j]);
    while (i < a.size() && a[i] <= value) ++i;
    while (j < b.size() && b[j] <= value) ++j;
    const double share_a = static_cast<double>(i) / static_cast<double>(a.size());
    const double share_b = static_cast<double>(j) / static_cast<double>(b.size());
    largest = std::max(largest, std::abs(share_a - share_b));
  }
  return largest;
}

Projection::Projection(const CountChunk& basis, Index n_genes, Modality modality, std::uint64_t seed, Workers& workers)
    : scale_(modality == Modality::bulk ? 1e6 : 1e4), mean_(FloatRow::Zero(n_genes)) {
  FloatMatrix profiles(basis.n_cells(), n_genes);
  for (Index cell = 0; cell < profiles.rows(); ++cell) profiles.row(cell) = profile(basis.cell(cell));
  for (Index cell = 0; cell < profiles.rows(); ++cell) mean_ += profiles.row(cell);
  mean_ /= static_cast<float>(std::max<Index>(profiles.rows(), 1));
  for (Index cell = 0; cell < profiles.rows(); ++cell) profiles.row(cell) -= mean_;
  vectors_ = leading_vectors(profiles, n_components, seed, workers).vectors;
}

FloatRow Projection::profile(CellCounts cell) const {
  FloatRow row = FloatRow::Zero(mean_.size());
  const double total = std::accumulate(cell.values.begin(), cell.values.end(), 0.0);
  for (std::size_t i = 0; i < cell.genes.size(); ++i) {
    row[cell.genes[i]] = static_cast<float>(std::log1p(cell.values[i] / total * scale_));
  }
  return row;
}

FloatMatrix Projection::project(const CountChunk& cells, Workers& workers) const {
  FloatMatrix places(cells.n_cells(), vectors_.cols());
  workers.each(cells.n_cells(), [&](std::int64_t cell) {
    const FloatRow centred = profile(cells.cell(cell)) - mean_;
    const FloatRow place = centred * vectors_;
    places.row(cell) = place;
  });
  return places;
}

}  // namespace gemflow::gem_local
