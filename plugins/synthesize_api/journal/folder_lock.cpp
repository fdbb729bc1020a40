// SPDX-License-Identifier: Apache-2.0
#include "synthesize_api/journal/folder_lock.hpp"

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gemflow/core/error.hpp"
#include "gemflow/core/file_descriptor.hpp"

namespace gemflow::synthesize_api {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

bool has_beaten(const LockHolder& before, const LockHolder& after) {
  return before.id != after.id || before.beat.tv_sec != after.beat.tv_sec || before.beat.tv_nsec != after.beat.tv_nsec;
}

/// A new file with this text, for us alone. -1 and errno.
int write_new(const fs::path& path, const std::string& text) {
  constexpr mode_t ours_alone = 0600;
  FileDescriptor file(uninterrupted(
      [&] { return open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, ours_alone); }));
  if (!file.is_open()) return -1;
  if (file.write(text) && fsync(file) == 0 && file.close() == 0) return 0;
  const int error = errno;
  unlink(path.c_str());
  errno = error;
  return -1;
}

/// Files named as a lock are removed with whoever placed them.
class Draft {
 public:
  explicit Draft(const fs::path& path) : path_(path) {}
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;
  ~Draft() { unlink(path_.c_str()); }

 private:
  const fs::path& path_;
};

}  // namespace

FolderLock::FolderLock(fs::path folder, LockTiming timing, Job& job)
    : folder_(std::move(folder)),
      timing_(timing),
      self_(this_process()),
      draft_(folder_ / fmt::format(".lock.{}", self_.id)) {
  if (write_new(draft_, lock_text(self_)) != 0) fail(errno);
  const Draft draft(draft_);
  if (const auto holder = take(folder_ / "lock", job)) {
    throw Error(ErrorKind::pending,
                fmt::format("the journal '{}' is in use: {} holds it", folder_.string(), text_of(*holder)),
                fmt::format("gemflow status '{}'", folder_.string()));
  }
  heart_ = std::jthread([this](const std::stop_token& stop) { beat(stop); });
}

FolderLock::~FolderLock() {
  heart_.request_stop();
  try {
    const auto holder = read_lock(folder_ / "lock");
    if (holder && holder->id == self_.id) unlink((folder_ / "lock").c_str());
  } catch (const std::exception&) {  // what stays is found to be of a process that ended
  }
}

void FolderLock::fail(int error) const {
  throw Error(ErrorKind::io, fmt::format("opening the journal '{}': no file can be made in it ({})", folder_.string(),
                                         std::generic_category().message(error)));
}

/// False: the name is taken.
bool FolderLock::place(const fs::path& lock) const {
  if (link(draft_.c_str(), lock.c_str()) == 0) return true;
  if (errno == EEXIST) return false;
  // A file system without hard links. Who dies between making and writing leaves a lock that is watched for a while.
  if (write_new(lock, lock_text(self_)) == 0) return true;
  if (errno != EEXIST) fail(errno);
  return false;
}

std::optional<LockHolder> FolderLock::take(const fs::path& lock, Job& job) {
  while (!place(lock)) {
    job.check_stop();
    const auto holder = read_lock(lock);
    if (!holder) continue;                             // given back meanwhile
    if (holder->id == self_.id) return std::nullopt;  // a link over NFS was made, though its answer was lost
    if (is_alive(lock, *holder, job)) return read_lock(lock).value_or(*holder);
    // Who is gone is replaced by whoever holds the lock on just that holder: this takes care of rivals that read the same.
    const fs::path claim = lock.string() + "." + holder->id;
    if (auto rival = take(claim, job)) return rival;
    const auto still = read_lock(lock);
    if (still && !has_beaten(*holder, *still)) {
      if (rename(claim.c_str(), lock.c_str()) != 0) fail(errno);
      return std::nullopt;
    }
    unlink(claim.c_str());
  }
  return std::nullopt;
}

bool FolderLock::is_alive(const fs::path& lock, const LockHolder& holder, Job& job) const {
  const Pulse pulse = pulse_of(holder);
  if (pulse != Pulse::unknown) return pulse == Pulse::alive;
  job.report->note(fmt::format("the journal '{}' was left locked by {}: watching for {} seconds whether it is alive",
                               folder_.string(), text_of(holder), timing_.watch.count() / 1000));
  const milliseconds step = std::clamp(timing_.watch / 50, milliseconds(1), milliseconds(1000));
  for (milliseconds watched{0}; watched < timing_.watch; watched += step) {
    job.check_stop();
    std::this_thread::sleep_for(step);
    const auto now = read_lock(lock);
    if (!now) return false;
    if (has_beaten(holder, *now)) return true;
  }
  return false;
}

void FolderLock::beat(const std::stop_token& stop) const {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock guard(mutex);
  const fs::path lock = folder_ / "lock";
  while (!wake.wait_for(guard, stop, timing_.beat, [&] { return stop.stop_requested(); })) {
    try {
      const auto holder = read_lock(lock);
      if (!holder || holder->id != self_.id) return;
      utimensat(AT_FDCWD, lock.c_str(), nullptr, AT_SYMLINK_NOFOLLOW);
    } catch (const std::exception&) {  // the next write finds out what is wrong
    }
  }
}

void FolderLock::require_held() const {
  const auto holder = read_lock(folder_ / "lock");
  if (holder && holder->id == self_.id) return;
  throw Error(ErrorKind::pending,
              fmt::format("the journal '{}' was taken over while this process slept: {} holds it now", folder_.string(),
                          holder ? text_of(*holder) : "nobody"),
              fmt::format("gemflow status '{}'", folder_.string()));
}

}  // namespace gemflow::synthesize_api
