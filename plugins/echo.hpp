// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gemflow/core/plugin.hpp"

namespace gemflow {

/// A model without training, for tests, dry runs and examples: it answers from the counts alone, with any genes.
/// predict_metadata: `depth` is "deep" from 1,000 counts on, else "shallow", with
/// confidence 1; the two biological latents are log1p of the counts and of the genes detected.
/// condition: the reference itself. generate: no genes of its own, so it cannot.
extern const Plugin echo_plugin;

}  // namespace gemflow
