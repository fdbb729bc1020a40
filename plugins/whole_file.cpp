// SPDX-License-Identifier: Apache-2.0
#include "whole_file.hpp"

#include <cerrno>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "gemflow/core/error.hpp"

namespace gemflow {
namespace {

namespace fs = std::filesystem;

fs::path folder_of(const fs::path& path) { return path.has_parent_path() ? path.parent_path() : fs::path("."); }

[[noreturn]] void fail(const fs::path& path, int error) {
  throw Error(ErrorKind::io, fmt::format("writing '{}': {}", path.string(), std::generic_category().message(error)));
}

/// A file of its own name until it is renamed; unlinked if it never is.
class HiddenFile {
 public:
  explicit HiddenFile(const fs::path& target)
      : target_(target),
        name_(folder_of(target) / fmt::format(".{}.{}.tmp", target.filename().string(), getpid())),
        file_(open(name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666)) {
    if (file_ < 0) fail(target_, errno);
  }
  HiddenFile(const HiddenFile&) = delete;
  HiddenFile& operator=(const HiddenFile&) = delete;
  ~HiddenFile() {
    if (file_ >= 0) close(file_);
    if (!renamed_) unlink(name_.c_str());
  }

  void write(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t n = ::write(file_, bytes.data(), bytes.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) fail(target_, errno);
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    if (fsync(file_) != 0) fail(target_, errno);
    const int file = file_;
    file_ = -1;
    if (close(file) != 0) fail(target_, errno);
  }

  void rename() {
    if (::rename(name_.c_str(), target_.c_str()) != 0) fail(target_, errno);
    renamed_ = true;
    const int folder = open(folder_of(target_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) return;
    fsync(folder);
    close(folder);
  }

 private:
  fs::path target_;
  fs::path name_;
  int file_;
  bool renamed_ = false;
};

}  // namespace

void require_writable(const fs::path& path, bool overwrite) {
  std::error_code ignored;
  if (fs::exists(path, ignored) && !overwrite) {
    throw Error(ErrorKind::usage, fmt::format("writing '{}': the file exists", path.string()),
                "--overwrite replaces it");
  }
  if (!fs::is_directory(folder_of(path), ignored)) fail(path, ENOENT);
}

void write_whole(const fs::path& path, std::string_view bytes, bool overwrite) {
  require_writable(path, overwrite);
  HiddenFile file(path);
  file.write(bytes);
  file.rename();
}

}  // namespace gemflow
