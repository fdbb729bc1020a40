// SPDX-License-Identifier: Apache-2.0
#include "scratch_file.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include "gemflow/core/error.hpp"

namespace gemflow {
namespace {

std::filesystem::path folder_of(const Job& job) {
  if (!job.scratch.empty()) return job.scratch;
  std::error_code error;
  const std::filesystem::path folder = std::filesystem::temp_directory_path(error);
  return error ? std::filesystem::path("/tmp") : folder;
}

}  // namespace

ScratchFile::ScratchFile(const Job& job) : folder_(folder_of(job)) {
  std::string pattern = (folder_ / ".gemflow_scratch_XXXXXX").string();
  file_ = FileDescriptor(mkostemp(pattern.data(), O_CLOEXEC));
  if (!file_.is_open()) fail("making");
  unlink(pattern.c_str());
}

void ScratchFile::append(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t n = uninterrupted([&] { return pwrite(file_, bytes.data(), bytes.size(), size_); });
    if (n <= 0) fail("writing");
    size_ += n;
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
}

void ScratchFile::read(std::int64_t offset, std::span<std::byte> bytes) const {
  while (!bytes.empty()) {
    const ssize_t n = uninterrupted([&] { return pread(file_, bytes.data(), bytes.size(), offset); });
    if (n <= 0) fail("reading");
    offset += n;
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
}

void ScratchFile::fail(const char* doing) const {
  throw Error(ErrorKind::io,
              fmt::format("{} a scratch file in '{}': {}", doing, folder_.string(), std::strerror(errno)),
              "choose another folder: --scratch DIR");
}

}  // namespace gemflow
