// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <iosfwd>
#include <string>
#include <string_view>
#include <utility>

namespace gemflow::synthesize_api {

/// The key of the hosted API. It can be sent and compared with, and cannot be printed by mistake: no stream and no formatter
/// takes it. An empty one stands for "no key" (a server of one's own).
class Token {
 public:
  Token() = default;
  /// REQUIRES: visible ASCII. Tests and servers; everybody else reads one.
  explicit Token(std::string text) : text_(std::move(text)) {}

  /// From the file, where one is named, else from SYNTHESIZE_API_KEY, else SYNTHBIO_API_KEY.
  /// Errors: model (none; characters that no key has), usage (the file can be read by others), input (it cannot be read).
  [[nodiscard]] static Token read(const std::filesystem::path& file);
  /// The same; an empty token where no file is named and no variable set.
  [[nodiscard]] static Token read_if_any(const std::filesystem::path& file);

  [[nodiscard]] bool empty() const noexcept { return text_.empty(); }
  /// The header line. Goes to the API's origin only, never along a redirect to another or to a download link.
  [[nodiscard]] std::string header() const { return "Authorization: Bearer " + text_; }
  /// In constant time: for a server that checks a caller's.
  [[nodiscard]] bool equals(std::string_view other) const noexcept;

  /// What curl or a server said, without the token, without what follows "Bearer", without the queries of URLs (they sign links).
  [[nodiscard]] std::string redact(std::string_view text) const;

 private:
  std::string text_;
};

std::ostream& operator<<(std::ostream&, const Token&) = delete;

}  // namespace gemflow::synthesize_api
