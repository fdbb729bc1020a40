// SPDX-License-Identifier: Apache-2.0
#include "text_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <sstream>
#include <system_error>

#include "gemflow/core/error.hpp"

namespace gemflow::cli {
namespace {

bool write_whole(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return ::fsync(file) == 0;
}

}  // namespace

void write_text_file(const std::filesystem::path& path, std::string_view text) {
  const std::filesystem::path hidden = path.parent_path() / fmt::format(".{}.{}.tmp", path.filename().string(), getpid());
  const auto fail = [&](int error) {
    ::unlink(hidden.c_str());
    throw Error(ErrorKind::io, fmt::format("writing '{}': {}", path.string(), std::generic_category().message(error)));
  };
  const int file = ::open(hidden.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (file < 0) fail(errno);
  const bool is_whole = write_whole(file, text);
  const int error = errno;
  if (::close(file) != 0 || !is_whole) fail(is_whole ? errno : error);
  if (::rename(hidden.c_str(), path.c_str()) != 0) fail(errno);
}

bool is_there(const std::filesystem::path& path) noexcept {
  std::error_code unreadable;
  return std::filesystem::exists(std::filesystem::symlink_status(path, unreadable));
}

std::string read_text_file(const std::filesystem::path& path) {
  const std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (!file || !(text << file.rdbuf())) {
    throw Error(ErrorKind::input, fmt::format("the file cannot be read: {}", std::generic_category().message(errno)));
  }
  return text.str();
}

}  // namespace gemflow::cli
