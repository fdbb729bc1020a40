// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>

#include "gemflow/core/job.hpp"

namespace gemflow::gem_local {

/// Runs task(i) for each i in [0, n), sixteen neighbours on one core. Tasks must not share what they write.
template <typename Task>
void in_tiles(Workers& workers, std::int64_t n, const Task& task) {
  constexpr std::int64_t tile = 16;
  workers.each((n + tile - 1) / tile, [&](std::int64_t number) {
    const std::int64_t end = std::min(n, (number + 1) * tile);
    for (std::int64_t i = number * tile; i < end; ++i) task(i);
  });
}

}  // namespace gemflow::gem_local
