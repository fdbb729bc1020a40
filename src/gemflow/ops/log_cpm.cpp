// SPDX-License-Identifier: Apache-2.0
#include "gemflow/ops/log_cpm.hpp"

#include <cassert>
#include <cmath>

namespace gemflow {

void log_cpm(CellCounts cell, double total, std::span<double> out, double scale) {
  assert(out.size() == cell.values.size());
  const double factor = total > 0 ? scale / total : 0;
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = std::log1p(factor * cell.values[i]);
}

}  // namespace gemflow
