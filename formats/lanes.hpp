// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>

#include "gemflow/core/job.hpp"

namespace gemflow {

/// Runs task(lane, i) once for each i in [0, n) on the workers. A lane does one item at a time, so that scratch memory
/// may belong to a lane; there are at most workers.count() lanes, numbered from 0. Returns when all have ended.
template <typename Task>
void in_lanes(Workers& workers, std::size_t n, const Task& task) {
  std::atomic<std::size_t> next{0};
  const auto lanes = static_cast<std::int64_t>(std::min<std::size_t>(static_cast<std::size_t>(workers.count()), n));
  workers.each(lanes, [&](std::int64_t lane) {
    for (std::size_t i = next.fetch_add(1); i < n; i = next.fetch_add(1)) task(static_cast<std::size_t>(lane), i);
  });
}

}  // namespace gemflow
