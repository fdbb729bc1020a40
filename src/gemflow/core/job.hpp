// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>

#include "gemflow/core/error.hpp"  // what every call that takes a job may throw
#include "gemflow/core/report.hpp"

namespace gemflow {

/// Cores that are lent to a call: fork and join, nothing in between.
class Workers {
 public:
  virtual ~Workers() = default;
  [[nodiscard]] virtual int count() const noexcept = 0;
  /// Runs task(i) once for each i in [0, n), in any order and on any core, and returns when all have ended.
  /// The first exception of a task is thrown here; tasks that have not begun are then left out.
  virtual void each(std::int64_t n, const std::function<void(std::int64_t)>& task) = 0;
};

/// Everything on the calling thread; what a library user gets who brings nothing.
[[nodiscard]] Workers& calling_thread() noexcept;

/// What a caller lends to every long call. The job must outlive the call; nothing in it is owned.
struct Job {
  Workers* workers = &calling_thread();
  Report* report = &silence();
  std::stop_token stop;
  std::size_t memory = std::size_t{2} << 30;  ///< bytes that a call may hold beyond its chunk
  std::filesystem::path scratch;              ///< folder for spilled buckets; empty: the system's temporary folder

  /// Throws Error(interrupted) once a stop was asked for. Called at least once a chunk.
  void check_stop() const;
};

}  // namespace gemflow
