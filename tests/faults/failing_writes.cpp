// SPDX-License-Identifier: Apache-2.0
// Loaded before a program (LD_PRELOAD): calls of the system that write to files fail as asked, those that only read do not.
//   FAULT_AT     number of the call that fails, from 1; without it none does
//   FAULT        an errno, or KILL: the process is killed where the call would be made
//   FAULT_STAYS  1: all later calls fail as well, as on a disk that stays full
//   FAULT_LOG    a file that gets the name of each call, one a line
// Counted are calls on files that were opened for writing, and those that give names; not what goes to stdout and stderr.
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstdlib>
#include <cstring>
#include <string>

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

constexpr int n_files = 1024;
std::array<std::atomic<bool>, n_files> is_written{};
std::atomic<int> n_calls{0};

int number_of(const char* name) {
  const char* const text = std::getenv(name);
  return text == nullptr ? 0 : std::atoi(text);
}

void note(const char* call) {
  const char* const path = std::getenv("FAULT_LOG");
  if (path == nullptr) return;
  const auto file = syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  const std::string line = std::string(call) + '\n';
  syscall(SYS_write, file, line.data(), line.size());
  syscall(SYS_close, file);
}

/// Counts the call; true, with errno set, if it is to fail.
bool fails(const char* call) {
  static const int at = number_of("FAULT_AT");
  static const bool stays = number_of("FAULT_STAYS") != 0;
  static const char* const fault = std::getenv("FAULT");
  const int number = ++n_calls;
  note(call);
  if (at == 0 || number < at || (number > at && !stays)) return false;
  if (std::strcmp(fault, "KILL") == 0) raise(SIGKILL);
  errno = std::atoi(fault);
  return true;
}

bool is_counted(int file) { return file >= 0 && file < n_files && is_written[static_cast<std::size_t>(file)]; }
bool fails_on(int file, const char* call) { return is_counted(file) && fails(call); }


int opened(const char* path, int flags, unsigned mode) {
  const bool writes = (flags & O_ACCMODE) != O_RDONLY && std::strncmp(path, "/dev/", 5) != 0;
  if (writes && fails("open")) return -1;
  const int file = static_cast<int>(syscall(SYS_openat, AT_FDCWD, path, flags, mode));
  if (file >= 0 && file < n_files) is_written[static_cast<std::size_t>(file)] = writes;
  return file;
}

unsigned mode_in(int flags, std::va_list more) { return (flags & O_CREAT) != 0 ? va_arg(more, unsigned) : 0; }

}  // namespace

extern "C" {

// NOLINTBEGIN(cert-dcl50-cpp): their signatures are those of the C library.
int open(const char* path, int flags, ...) {
  std::va_list more;
  va_start(more, flags);
  const unsigned mode = mode_in(flags, more);
  va_end(more);
  return opened(path, flags, mode);
}

int open64(const char* path, int flags, ...) {
  std::va_list more;
  va_start(more, flags);
  const unsigned mode = mode_in(flags, more);
  va_end(more);
  return opened(path, flags | O_LARGEFILE, mode);
}
// NOLINTEND(cert-dcl50-cpp)

ssize_t write(int file, const void* bytes, size_t n) { return fails_on(file, "write") ? -1 : syscall(SYS_write, file, bytes, n); }

ssize_t pwrite(int file, const void* bytes, size_t n, off_t at) {
  return fails_on(file, "pwrite") ? -1 : syscall(SYS_pwrite64, file, bytes, n, at);
}
ssize_t pwrite64(int file, const void* bytes, size_t n, off64_t at) { return pwrite(file, bytes, n, at); }

ssize_t copy_file_range(int from, off64_t* here, int to, off64_t* there, size_t n, unsigned flags) {
  return fails_on(to, "copy_file_range") ? -1 : syscall(SYS_copy_file_range, from, here, to, there, n, flags);
}

int ftruncate(int file, off_t size) noexcept {
  return fails_on(file, "ftruncate") ? -1 : static_cast<int>(syscall(SYS_ftruncate, file, size));
}
int ftruncate64(int file, off64_t size) noexcept { return ftruncate(file, size); }

int fallocate(int file, int mode, off_t at, off_t n) {
  return fails_on(file, "fallocate") ? -1 : static_cast<int>(syscall(SYS_fallocate, file, mode, at, n));
}
int fallocate64(int file, int mode, off64_t at, off64_t n) { return fallocate(file, mode, at, n); }

int fsync(int file) { return fails_on(file, "fsync") ? -1 : static_cast<int>(syscall(SYS_fsync, file)); }

int rename(const char* from, const char* to) noexcept {
  return fails("rename") ? -1 : static_cast<int>(syscall(SYS_rename, from, to));
}
int renameat2(int from_folder, const char* from, int to_folder, const char* to, unsigned flags) noexcept {
  return fails("rename") ? -1 : static_cast<int>(syscall(SYS_renameat2, from_folder, from, to_folder, to, flags));
}

/// Closed it is in any case, as Linux does.
int close(int file) {
  const bool counted = is_counted(file);
  if (counted) is_written[static_cast<std::size_t>(file)] = false;
  const bool failed = counted && fails("close");
  const int error = errno;
  const int result = static_cast<int>(syscall(SYS_close, file));
  errno = failed ? error : errno;
  return failed ? -1 : result;
}

/// What is no longer the file is no longer a file that fails.
int dup2(int from, int to) noexcept {
  if (to >= 0 && to < n_files) is_written[static_cast<std::size_t>(to)] = is_counted(from);
  return static_cast<int>(syscall(SYS_dup2, from, to));
}
}
