// SPDX-License-Identifier: Apache-2.0
#include "synthesize_api/hosted/one_learner.hpp"

#include "gemflow/core/error.hpp"
#include "synthesize_api/client/retry.hpp"

namespace gemflow::synthesize_api {
namespace {

namespace fs = std::filesystem;

/// Null: the folder cannot be written. Errors: pending (somebody holds it), interrupted.
std::unique_ptr<FolderLock> lock_of(const fs::path& folder, Job& job) {
  std::error_code fault;
  fs::create_directories(folder, fault);
  if (fault) return nullptr;
  try {
    return std::make_unique<FolderLock>(folder, LockTiming{}, job);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::io) throw;
    return nullptr;
  }
}

}  // namespace

OneLearner::OneLearner(const std::vector<fs::path>& folders, const std::function<bool()>& is_known, Job& job) {
  constexpr double seconds_between_looks = 1;
  const Pace pace = real_pace();
  Job quiet = job;
  quiet.report = &silence();  // what a lock says is of journals
  bool has_told = false;
  for (auto folder = folders.begin(); folder != folders.end() && !is_known();) {
    try {
      if (auto lock = lock_of(*folder, quiet)) locks_.push_back(std::move(lock));
      ++folder;
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::pending) throw;
      if (!has_told) job.report->note("another run learns the same genes: waiting for it, so that they are paid once");
      has_told = true;
      pace.sleep(seconds_between_looks, job.stop);
      job.check_stop();
    }
  }
}

}  // namespace gemflow::synthesize_api
