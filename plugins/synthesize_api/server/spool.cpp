// SPDX-License-Identifier: Apache-2.0
#include "synthesize_api/server/spool.hpp"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <fmt/format.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "gemflow/core/error.hpp"

namespace gemflow::synthesize_api {
namespace {

constexpr std::size_t kept_in_memory = std::size_t{64} << 10;

[[noreturn]] void throw_io(std::string_view doing, const std::filesystem::path& where) {
  const std::string why = std::generic_category().message(errno);
  throw Error(ErrorKind::io, fmt::format("{} '{}': {}", doing, where.string(), why));
}

void write_all(int file, std::string_view bytes, const std::filesystem::path& where) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(file, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw_io("writing to", where);
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
}

}  // namespace

PrivateFolder::PrivateFolder(const std::filesystem::path& parent) {
  std::error_code ignored;
  const std::filesystem::path above = parent.empty() ? std::filesystem::temp_directory_path(ignored) : parent;
  std::string pattern = (above / "gemflow-serve-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) throw_io("making a folder for results in", above);
  path_ = pattern;
}

PrivateFolder::~PrivateFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

Spool::~Spool() {
  if (file_ >= 0) ::close(file_);
}

void Spool::write(std::string_view bytes) {
  size_ += bytes.size();
  head_ += bytes;
  if (head_.size() > kept_in_memory) spill();
}

void Spool::spill() {
  if (file_ < 0) {
    std::string pattern = (folder_ / "body-XXXXXX").string();
    file_ = mkostemp(pattern.data(), O_CLOEXEC);
    if (file_ < 0) throw_io("making a file in", folder_);
    ::unlink(pattern.c_str());
  }
  write_all(file_, head_, folder_);
  head_.clear();
}

std::size_t Spool::read(std::span<char> into) {
  if (file_ >= 0 && !head_.empty()) spill();
  if (file_ < 0) {
    const std::size_t n = head_.copy(into.data(), into.size(), static_cast<std::size_t>(taken_));
    taken_ += n;
    return n;
  }
  const ssize_t n = ::pread(file_, into.data(), into.size(), static_cast<off_t>(taken_));
  if (n < 0 && errno == EINTR) return read(into);
  if (n < 0) throw_io("reading a body again from", folder_);
  taken_ += static_cast<std::uint64_t>(n);
  return static_cast<std::size_t>(n);
}

FileSink::FileSink(std::filesystem::path path) : path_(std::move(path)) {
  file_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file_ < 0) throw_io("making", path_);
}

FileSink::~FileSink() {
  if (file_ >= 0) ::close(file_);
  if (!is_kept_) ::unlink(path_.c_str());
}

void FileSink::write(std::string_view bytes) {
  size_ += bytes.size();
  waiting_ += bytes;
  if (waiting_.size() > kept_in_memory) flush();
}

void FileSink::flush() {
  write_all(file_, waiting_, path_);
  waiting_.clear();
}

std::uint64_t FileSink::keep() {
  flush();
  if (::close(std::exchange(file_, -1)) != 0) throw_io("closing", path_);
  is_kept_ = true;
  return size_;
}

}  // namespace gemflow::synthesize_api
