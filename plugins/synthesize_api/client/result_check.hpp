// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "synthesize_api/wire/bytes.hpp"

namespace gemflow::synthesize_api {

/// Passes a result on and looks whether it is a JSON document at all, and whether its brackets are closed: a body without a
/// length that breaks off looks whole to HTTP.
class ResultCheck final : public ByteSink {
 public:
  explicit ResultCheck(ByteSink& to) : to_(to) {}

  void write(std::string_view bytes) override {
    for (const char c : bytes) look(c);
    if (!is_json()) {
      if (beginning_.size() < most_beginning) beginning_.append(bytes.substr(0, most_beginning - beginning_.size()));
      return;
    }
    to_.write(bytes);
  }

  [[nodiscard]] bool is_json() const noexcept { return first_ == '\0' || first_ == '{' || first_ == '['; }
  [[nodiscard]] bool is_closed() const noexcept { return first_ != '\0' && depth_ == 0; }
  /// Of what is no JSON.
  [[nodiscard]] const std::string& beginning() const noexcept { return beginning_; }

 private:
  static constexpr std::size_t most_beginning = 200;

  void look(char c) noexcept {
    if (first_ == '\0' && c != ' ' && c != '\n' && c != '\r' && c != '\t') first_ = c;
    if (in_text_) {
      if (c == '"' && !is_escaped_) in_text_ = false;
      is_escaped_ = c == '\\' && !is_escaped_;
      return;
    }
    in_text_ = c == '"';
    if (c == '{' || c == '[') ++depth_;
    if (c == '}' || c == ']') --depth_;
  }

  ByteSink& to_;
  std::string beginning_;
  char first_ = '\0';
  bool in_text_ = false;
  bool is_escaped_ = false;
  long depth_ = 0;
};

}  // namespace gemflow::synthesize_api
