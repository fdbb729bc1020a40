// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "synthesize_api/wire/bytes.hpp"

namespace gemflow::synthesize_api {

/// A folder of its own below `parent` (empty: the system's temporary folder), for this user alone; removed with all in it.
class PrivateFolder {
 public:
  explicit PrivateFolder(const std::filesystem::path& parent);
  ~PrivateFolder();
  PrivateFolder(const PrivateFolder&) = delete;
  PrivateFolder& operator=(const PrivateFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

/// A body that comes: the first 64 KiB in memory, more in a file without a name. Errors: io.
class Spool final : public ByteSource {
 public:
  explicit Spool(std::filesystem::path folder) : folder_(std::move(folder)) {}
  ~Spool() override;
  Spool(const Spool&) = delete;
  Spool& operator=(const Spool&) = delete;

  void write(std::string_view bytes);
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
  /// From the first byte on; nothing may be written any more.
  [[nodiscard]] std::size_t read(std::span<char> into) override;

 private:
  void spill();

  std::filesystem::path folder_;
  std::string head_;  ///< all of it, or what waits to go to the file
  int file_ = -1;
  std::uint64_t size_ = 0;
  std::uint64_t taken_ = 0;
};

/// A file that is being written, for this user alone. Errors: io, memory of one piece.
class FileSink final : public ByteSink {
 public:
  explicit FileSink(std::filesystem::path path);
  /// Unlinks what was not kept.
  ~FileSink() override;
  FileSink(const FileSink&) = delete;
  FileSink& operator=(const FileSink&) = delete;

  void write(std::string_view bytes) override;
  /// All is written; the file stays. Returns its size.
  [[nodiscard]] std::uint64_t keep();

 private:
  void flush();

  std::filesystem::path path_;
  std::string waiting_;
  int file_ = -1;
  std::uint64_t size_ = 0;
  bool is_kept_ = false;
};

}  // namespace gemflow::synthesize_api
