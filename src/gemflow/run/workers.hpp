// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "gemflow/core/job.hpp"

namespace gemflow {

/// Threads that wait to be lent: `count` cores in all, the caller's own among them. REQUIRES: count >= 1.
/// A task must not call `each` itself.
[[nodiscard]] std::unique_ptr<Workers> start_workers(int count);

/// The CPUs that this process may use, by affinity and by the control group's quota; at least 1.
[[nodiscard]] int usable_cpus() noexcept;

}  // namespace gemflow
