// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <thread>

#include "gemflow/core/job.hpp"
#include "synthesize_api/journal/lock_holder.hpp"

namespace gemflow::synthesize_api {

struct LockTiming {
  std::chrono::milliseconds beat{10'000};   ///< the holder touches its lock so often
  std::chrono::milliseconds watch{60'000};  ///< a holder elsewhere is gone if its lock was not touched for so long
};

/// The right to write in a folder, held as the file `lock` in it. Works on NFS, where the kernel's locks do not: a file is
/// linked under a name that must not be taken, or renamed onto that of a holder that is gone. Of several rivals for such a
/// place the one goes on that holds the lock on that very holder, `lock.ID`.
class FolderLock {
 public:
  /// Takes it at once, or after having watched a holder on another machine for `timing.watch`.
  /// Errors: pending (somebody holds it), io (the folder is not writable), interrupted.
  FolderLock(std::filesystem::path folder, LockTiming timing, Job& job);
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;
  /// Gives it back, if it is still ours.
  ~FolderLock();

  /// Throws pending if somebody took the lock over, because this process slept too long. To be asked before each write.
  void require_held() const;

 private:
  /// Who holds the lock of this name; nothing: we do.
  std::optional<LockHolder> take(const std::filesystem::path& lock, Job& job);
  [[nodiscard]] bool place(const std::filesystem::path& lock) const;
  [[nodiscard]] bool is_alive(const std::filesystem::path& lock, const LockHolder& holder, Job& job) const;
  void beat(const std::stop_token& stop) const;
  [[noreturn]] void fail(int error) const;

  std::filesystem::path folder_;
  LockTiming timing_;
  LockHolder self_;
  std::filesystem::path draft_;  ///< our lock under a name of its own, to be linked
  std::jthread heart_;
};

}  // namespace gemflow::synthesize_api
