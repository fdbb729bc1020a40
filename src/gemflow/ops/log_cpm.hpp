// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "gemflow/core/count_chunk.hpp"

namespace gemflow {

inline constexpr double per_million = 1e6;
inline constexpr double per_ten_thousand = 1e4;

/// ln(1 + scale * count / total) of each of the cell's values; a gene that is not among them has 0. All are 0 where the
/// total is not positive. The total need not be the cell's own. REQUIRES: `out` is as long as the cell's values.
void log_cpm(CellCounts cell, double total, std::span<double> out, double scale = per_million);

}  // namespace gemflow
