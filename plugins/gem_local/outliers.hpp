// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gem_local/arrays.hpp"
#include "gem_local/parameters.hpp"

namespace gemflow::gem_local {

/// Distance from the nearest class of training cells, in units of the spread within classes (Mahalanobis).
[[nodiscard]] double outlier_score(const Outliers& outliers, const DoubleRow& biological_latents);

}  // namespace gemflow::gem_local
