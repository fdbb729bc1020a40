// SPDX-License-Identifier: Apache-2.0
#include "gemflow/core/destination.hpp"

#include <array>
#include <cstdio>
#include <string>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "gemflow/core/file_copy.hpp"
#include "gemflow/core/error.hpp"

namespace gemflow {
namespace {

namespace fs = std::filesystem;

std::string quoted(const fs::path& path) { return "'" + printable(path.string(), 4096) + "'"; }

/// The file that a chain of symbolic links leads to, whether it exists or not.
fs::path follow_links(fs::path path) {
  constexpr int max_links = 40;  // Linux' own limit
  std::error_code error;
  for (int i = 0; i < max_links && fs::is_symlink(path, error); ++i) {
    const fs::path next = fs::read_symlink(path, error);
    path = next.is_absolute() ? next : path.parent_path() / next;
  }
  return path;
}

fs::path folder_of(const fs::path& file) { return file.has_parent_path() ? file.parent_path() : fs::path("."); }

bool same_file(const struct stat& a, const struct stat& b) { return a.st_dev == b.st_dev && a.st_ino == b.st_ino; }

/// ".out.h5ad.3f9c01b2a47d5e68.tmp"; a name near the limit of 255 bytes is cut.
std::string hidden_name(const fs::path& target) {
  constexpr std::size_t longest = 200;
  std::uint64_t number = 0;
  if (getrandom(&number, sizeof number, 0) != sizeof number) number = static_cast<std::uint64_t>(getpid());
  return fmt::format(".{}.{:016x}.tmp", target.filename().string().substr(0, longest), number);
}

std::string megabytes(std::uint64_t bytes) {
  return bytes < 10'000'000 ? fmt::format("{} bytes", bytes) : fmt::format("{} MB", bytes / 1'000'000);
}

/// Gives the name to the file unless the name is taken. -1 and errno, EEXIST if it is.
int rename_if_free(const fs::path& from, const fs::path& to) {
  if (renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return -1;
  // A file system that cannot promise it: a hard link fails on a taken name, too.
  if (link(from.c_str(), to.c_str()) == 0) return unlink(from.c_str());
  if (errno == EEXIST) return -1;
  return rename(from.c_str(), to.c_str());
}

}  // namespace

Destination::Destination(Job& job, fs::path out, bool overwrite)
    : out_(std::move(out)), target_(follow_links(out_)), job_(&job), overwrite_(overwrite) {}

// Delegates, so that the destructor cleans up if what follows throws.
Destination::Destination(fs::path out, const DestinationOptions& options, Job& job)
    : Destination(job, std::move(out), options.overwrite) {
  make_hidden_file(options);
}

Destination::~Destination() { abandon(); }

void Destination::fail(const char* what, int error) const {
  throw Error(ErrorKind::io,
              fmt::format("writing {}: {} ({})", quoted(out_), what, std::generic_category().message(error)));
}

void Destination::require_replaceable(const struct stat& there, const DestinationOptions& options) const {
  const auto refuse = [&](const std::string& what, const char* hint) {
    throw Error(ErrorKind::usage, fmt::format("writing {}: {}", quoted(out_), what), hint);
  };
  for (const fs::path& input : options.inputs) {
    struct stat other {};
    if (stat(input.c_str(), &other) == 0 && same_file(there, other)) {
      refuse(fmt::format("it is the input {}, which is never written to", quoted(input)),
             "choose another name for OUT");
    }
  }
  if (!S_ISREG(there.st_mode)) refuse("it is not a regular file", "choose the name of a file for OUT");
  if (!options.overwrite) refuse("the file exists", "--overwrite replaces it");
  if (there.st_nlink > 1) {
    job_->report->warning(
        fmt::format("{} has {} names (hard links); only this one gets the new content", quoted(out_), there.st_nlink));
  }
}

void Destination::make_hidden_file(const DestinationOptions& options) {
  struct stat there {};
  const bool exists = stat(target_.c_str(), &there) == 0;
  if (!exists && errno != ENOENT) fail("the path cannot be followed", errno);
  if (exists) require_replaceable(there, options);
  for (int tries = 0; !is_there_; ++tries) {
    hidden_ = folder_of(target_) / hidden_name(target_);
    constexpr mode_t by_umask = 0666;
    file_ = FileDescriptor(
        uninterrupted([&] { return open(hidden_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, by_umask); }));
    is_there_ = file_.is_open();
    if (!is_there_ && (errno != EEXIST || tries == 100)) fail("no file can be made in its folder", errno);
  }
  if (exists) keep_permissions(there);
}

void Destination::keep_permissions(const struct stat& of) const {
  constexpr mode_t permissions = 0777;
  if (fchmod(file_, of.st_mode & permissions) != 0) fail("its permissions cannot be kept", errno);
  // Whoever may not give files away keeps the new one: no error.
  if (fchown(file_, of.st_uid, of.st_gid) != 0) errno = 0;
}

void Destination::write(std::string_view bytes) {
  if (file_.write(bytes)) return;
  throw Error(ErrorKind::io, fmt::format("writing {}: {}", quoted(out_), std::generic_category().message(errno)));
}

void Destination::require_space(std::uint64_t bytes) const {
  struct rlimit most {};
  if (getrlimit(RLIMIT_FSIZE, &most) == 0 && most.rlim_cur != RLIM_INFINITY && bytes > most.rlim_cur) {
    throw Error(ErrorKind::io, fmt::format("writing {}: {} are needed and a file may have {}", quoted(out_),
                                           megabytes(bytes), megabytes(most.rlim_cur)),
                "ulimit -f unlimited");
  }
  struct statvfs space {};
  if (fstatvfs(file_, &space) != 0 || space.f_blocks == 0) return;  // a file system that does not tell
  const std::uint64_t free = static_cast<std::uint64_t>(space.f_bavail) * space.f_frsize;
  if (free >= bytes) return;
  throw Error(ErrorKind::io, fmt::format("writing {}: {} are needed and {} are free in its folder", quoted(out_),
                                         megabytes(bytes), megabytes(free)));
}

void Destination::reserve_space(std::uint64_t bytes) {
  require_space(bytes);
  if (bytes == 0) return;
  const int result = uninterrupted([&] { return fallocate(file_, FALLOC_FL_KEEP_SIZE, 0, static_cast<off_t>(bytes)); });
  has_reserve_ = result == 0;
  const bool cannot = errno == EOPNOTSUPP || errno == ENOSYS || errno == EINVAL;
  if (result != 0 && !cannot) fail("no room can be kept for it", errno);
}

void Destination::copy_of(const fs::path& in) {
  const auto fault = [&](ErrorKind kind, const std::string& what) {
    return Error(kind, fmt::format("copying {} to {}: {}", quoted(in), quoted(out_), what));
  };
  const FileDescriptor from(uninterrupted([&] { return open(in.c_str(), O_RDONLY | O_CLOEXEC); }));
  struct stat before {};
  if (!from.is_open() || fstat(from, &before) != 0) {
    throw fault(ErrorKind::io, "it cannot be opened (" + std::generic_category().message(errno) + ")");
  }
  const auto size = static_cast<std::uint64_t>(before.st_size);
  if (!share_blocks(from, file_)) {
    require_space(size);
    const int error = copy_bytes(from, file_, size, *job_);
    if (error != 0) throw fault(ErrorKind::io, std::generic_category().message(error));
  }
  struct stat after {};
  const auto same_time = [](const timespec& a, const timespec& b) {
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
  };
  if (fstat(from, &after) != 0 || after.st_size != before.st_size || !same_time(after.st_mtim, before.st_mtim)) {
    throw fault(ErrorKind::input, "somebody wrote to it meanwhile");
  }
}

void Destination::commit() {
  struct stat written {};
  if (has_reserve_ && (fstat(file_, &written) != 0 || ftruncate(file_, written.st_size) != 0)) {
    fail("the room that was kept for it cannot be given back", errno);
  }
  // After a failed fsync the kernel may have dropped what it could not write: never asked a second time.
  if (uninterrupted([&] { return fsync(file_); }) != 0) fail("it cannot be brought to the disk", errno);
  if (file_.close() != 0) fail("it cannot be closed", errno);
  const int renamed = overwrite_ ? rename(hidden_.c_str(), target_.c_str()) : rename_if_free(hidden_, target_);
  if (renamed != 0 && errno == EEXIST) {
    throw Error(ErrorKind::usage, fmt::format("writing {}: a file of that name came up meanwhile", quoted(out_)),
                "--overwrite replaces it");
  }
  if (renamed != 0) fail("it cannot be given its name", errno);
  is_there_ = false;
  const FileDescriptor folder(
      uninterrupted([&] { return open(folder_of(target_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
  // Not every file system syncs folders; those that do not say EINVAL or ENOTSUP.
  if (folder.is_open() && fsync(folder) != 0 && errno == EIO) fail("its folder cannot be brought to the disk", errno);
}

bool Destination::is_hidden_file(int descriptor) const noexcept {
  struct stat ours {};
  struct stat theirs {};
  return is_there_ && fstat(file_, &ours) == 0 && fstat(descriptor, &theirs) == 0 && same_file(ours, theirs);
}

void Destination::abandon() noexcept {
  if (!is_there_) return;
  if (file_.is_open() && ftruncate(file_, 0) != 0) errno = 0;
  unlink(hidden_.c_str());
  is_there_ = false;
}

}  // namespace gemflow
