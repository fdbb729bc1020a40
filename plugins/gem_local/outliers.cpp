// SPDX-License-Identifier: Apache-2.0
#include "gem_local/outliers.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace gemflow::gem_local {

double outlier_score(const Outliers& outliers, const DoubleRow& latents) {
  double nearest = std::numeric_limits<double>::infinity();
  const DoubleMatrix precision = outliers.precision.cast<double>();
  for (Index c = 0; c < outliers.centres.rows(); ++c) {
    const DoubleRow from = latents - outliers.centres.row(c).cast<double>();
    const DoubleRow scaled = from * precision;
    nearest = std::min(nearest, scaled.cwiseProduct(from).sum());
  }
  return std::sqrt(std::max(nearest, 0.0));
}

}  // namespace gemflow::gem_local
