// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gem_local/encoder.hpp"
#include "gem_local/parameters.hpp"
#include "gem_local/synthetic_counts.hpp"

namespace gemflow::gem_local {

/// Latents drawn from a cell's posterior instead of its mode. Each group has its own stream.
[[nodiscard]] DoubleRow draw_latents(const Parameters& parameters, const Posterior& posterior,
                                     const CellRandom& random);

/// Adds latents of one group, times their loadings, to log rates.
void add_latents(const Parameters& parameters, LatentGroup group, const DoubleRow& latents, FloatRow& log_rates);

}  // namespace gemflow::gem_local
