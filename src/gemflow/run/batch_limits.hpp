// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "gemflow/core/model.hpp"
#include "gemflow/run/options.hpp"

namespace gemflow {

/// How many cells are read and asked at once: the smaller of the model's limit and the caller's wish.
[[nodiscard]] Limit batch_limit(const ModelCard& card, const RunOptions& options);

/// How many cells are made at once, so that a batch's answer stays near the unit of work.
[[nodiscard]] std::int64_t samples_a_batch(const ModelCard& card, const RunOptions& options);

}  // namespace gemflow
