// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>

#include "gemflow/core/file_descriptor.hpp"
#include "gemflow/core/job.hpp"

namespace gemflow {

/// A nameless file in job.scratch: gone with this object, and with the process however that ends.
class ScratchFile {
 public:
  /// Errors: io (no such folder, no permission).
  explicit ScratchFile(const Job& job);

  /// Puts the bytes behind all others. Errors: io (disk full).
  void append(std::span<const std::byte> bytes);
  /// REQUIRES: the whole range was written before. Errors: io.
  void read(std::int64_t offset, std::span<std::byte> bytes) const;
  [[nodiscard]] std::int64_t size() const noexcept { return size_; }

 private:
  [[noreturn]] void fail(const char* doing) const;

  std::filesystem::path folder_;
  FileDescriptor file_;
  std::int64_t size_ = 0;
};

}  // namespace gemflow
