// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <vector>

#include "gemflow/core/job.hpp"
#include "synthesize_api/journal/folder_lock.hpp"

namespace gemflow::synthesize_api {

/// The right to learn what costs a call, among all runs that keep it in the same folders: one asks, the others find it there.
/// A folder that cannot be written is passed over.
class OneLearner {
 public:
  /// Waits for whoever else learns, as long as `is_known` says no. A learner that died is found out, as a journal's holder is.
  /// `folders`: one for each place, in an order that all runs share. Errors: interrupted.
  OneLearner(const std::vector<std::filesystem::path>& folders, const std::function<bool()>& is_known, Job& job);

 private:
  std::vector<std::unique_ptr<FolderLock>> locks_;
};

}  // namespace gemflow::synthesize_api
