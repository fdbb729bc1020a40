// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "synthesize_api/wire/bytes.hpp"

namespace gemflow::synthesize_api {

/// The head of a request, as far as anybody here looks at it.
struct Request {
  std::string method;  ///< "GET"
  std::string path;    ///< decoded, without the query: "/api/models"
  std::vector<std::string> hosts;           ///< each Host that was sent
  std::vector<std::string> authorizations;  ///< each Authorization
  std::string content_type;
};

/// An open file that a reply sends; closed with it.
class SentFile {
 public:
  SentFile(int descriptor, std::uint64_t size) noexcept : descriptor_(descriptor), size_(size) {}
  SentFile(SentFile&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)), size_(other.size_) {}
  SentFile& operator=(SentFile&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    size_ = other.size_;
    return *this;
  }
  ~SentFile();

  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
  /// The descriptor, which the caller closes from now on.
  [[nodiscard]] int release() noexcept { return std::exchange(descriptor_, -1); }

 private:
  int descriptor_;
  std::uint64_t size_;
};

struct Reply {
  unsigned status = 200;
  std::string text;
  std::string content_type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers;
  std::optional<SentFile> file;  ///< instead of the text
};

/// A reply that refuses: {"error": message}, as all of them are.
[[nodiscard]] Reply refusal(unsigned status, std::string_view message);
/// The same for who may come again: with Retry-After.
[[nodiscard]] Reply refusal_for_now(unsigned status, std::string_view message, int seconds);

/// Who answers requests. Called from many threads at once.
class Site {
 public:
  virtual ~Site() = default;
  /// Looks at the head before the body is taken; a reply refuses it. Never throws anything but std::bad_alloc.
  [[nodiscard]] virtual std::optional<Reply> look(const Request& request) = 0;
  /// Answers a request that `look` let pass. `size` bytes come from the body.
  [[nodiscard]] virtual Reply answer(const Request& request, ByteSource& body, std::uint64_t size) = 0;
};

}  // namespace gemflow::synthesize_api
