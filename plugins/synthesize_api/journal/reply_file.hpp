// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gemflow/core/file_descriptor.hpp"
#include "sha256.hpp"
#include "synthesize_api/wire/bytes.hpp"

namespace gemflow::synthesize_api {

/// A file of replies, as the journal remembers it.
struct ReplyReceipt {
  std::string sha256;
  std::int64_t bytes = 0;
};

/// A reply that is being received: FILE.part, packed with zstd, mode 0600. Destroyed before `commit`, the part goes.
class StoredReplyWriter final : public ByteSink {
 public:
  /// A part that an earlier run left is replaced. Errors: io.
  explicit StoredReplyWriter(std::filesystem::path file);
  StoredReplyWriter(const StoredReplyWriter&) = delete;
  StoredReplyWriter& operator=(const StoredReplyWriter&) = delete;
  ~StoredReplyWriter() override;

  /// Errors: io (disk full).
  void write(std::string_view bytes) override;
  /// To the disk, then to its name. Errors: io.
  ReplyReceipt commit();

 private:
  struct Free {
    void operator()(void* stream) const noexcept;
  };
  void pack(std::string_view bytes, bool is_last);
  [[noreturn]] void fail(int error) const;

  std::filesystem::path file_;
  std::filesystem::path part_;
  FileDescriptor out_;
  std::unique_ptr<void, Free> stream_;
  std::vector<char> packed_;
  Sha256 digest_;
  std::int64_t bytes_ = 0;
  bool is_whole_ = false;
};

/// A reply that was received, unpacked while it is read.
class StoredReplyReader final : public ByteSource {
 public:
  /// Nothing where the file is not there or is not, bit for bit, what the receipt says. Errors: io.
  [[nodiscard]] static std::unique_ptr<StoredReplyReader> open(const std::filesystem::path& file, const ReplyReceipt& receipt);

  /// Errors: io; input (it was damaged after it was opened).
  [[nodiscard]] std::size_t read(std::span<char> into) override;

 private:
  struct Free {
    void operator()(void* stream) const noexcept;
  };
  StoredReplyReader(std::filesystem::path file, FileDescriptor in);
  [[nodiscard]] bool is_as_received(const ReplyReceipt& receipt);
  /// The next packed bytes; false at the end of the file.
  bool refill();

  std::filesystem::path file_;
  FileDescriptor in_;
  std::unique_ptr<void, Free> stream_;
  std::vector<char> packed_;
  std::string_view left_;  ///< of what is packed, not yet unpacked
  std::size_t wanted_ = 1;  ///< 0: the frame has ended
};

}  // namespace gemflow::synthesize_api
