// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "gem_local/arrays.hpp"
#include "gem_local/train/survey.hpp"
#include "gemflow/core/job.hpp"

namespace gemflow::gem_local {

/// What varies between cells of one condition.
struct Residual {
  FloatMatrix loadings;  ///< factors x genes, on the log rate
  FloatRow dispersion;   ///< what the factors leave: variance = mean + dispersion·mean²
};

/// Leading principal components of the Pearson residuals of `rows`, freed from sampling noise by the spiked covariance
/// model. `shares`: mean shares of each condition. Fewer factors where fewer stand out of the noise.
[[nodiscard]] Residual fit_residual(const KeptCells& cells, const std::vector<std::int32_t>& rows,
                                    const DoubleMatrix& shares, std::uint64_t seed, Workers& workers);

}  // namespace gemflow::gem_local
