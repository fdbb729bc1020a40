// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gemflow/core/model.hpp"
#include "session.hpp"

namespace gemflow::cli {

/// A query that the model answers, as the models' documentation writes it: one input without a perturbation and one with.
/// Values are the first of each field's vocabulary, of a perturbation the last. `generate --conditions` takes it as it is.
[[nodiscard]] Json example_query_of(const ModelCard& card);

}  // namespace gemflow::cli
