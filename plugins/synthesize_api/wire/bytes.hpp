// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace gemflow::synthesize_api {

/// Bytes that come piece by piece: a file, a body, a text.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// Fills the front of `into` and returns how many bytes it put there; 0: there are no more.
  /// REQUIRES: `into` is not empty.
  [[nodiscard]] virtual std::size_t read(std::span<char> into) = 0;
};

/// Takes bytes piece by piece.
class ByteSink {
 public:
  virtual ~ByteSink() = default;
  virtual void write(std::string_view bytes) = 0;
};

/// A text that the caller holds.
class TextSource final : public ByteSource {
 public:
  explicit TextSource(std::string_view text) noexcept : left_(text) {}
  [[nodiscard]] std::size_t read(std::span<char> into) override {
    const std::size_t n = left_.copy(into.data(), into.size());
    left_.remove_prefix(n);
    return n;
  }

 private:
  std::string_view left_;
};

class TextSink final : public ByteSink {
 public:
  void write(std::string_view bytes) override { text.append(bytes); }
  std::string text;
};

}  // namespace gemflow::synthesize_api
