// SPDX-License-Identifier: Apache-2.0
#include "synthesize_api/wire/elements.hpp"

#include <algorithm>

#include "synthesize_api/wire/json_text.hpp"

namespace gemflow::synthesize_api {
namespace {

bool is_space(char c) noexcept { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

std::size_t spaces(std::string_view text) noexcept {
  std::size_t n = 0;
  while (n < text.size() && is_space(text[n])) ++n;
  return n;
}

/// The quoted text at the front, its quotes included; empty where it is not plain, says nothing, or is longer than `longest`.
std::string_view plain_text(std::string_view text) noexcept {
  if (text.empty() || text.front() != '"') return {};
  const std::size_t most = std::min(text.size(), Elements::longest);
  for (std::size_t i = 1; i < most; ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c == '"') return i > 1 ? text.substr(0, i + 1) : std::string_view();
    if (c < 0x20 || c >= 0x7f || c == '\\') return {};
  }
  return {};
}

std::string_view unquoted(std::string_view text) noexcept { return text.substr(1, text.size() - 2); }

/// The number at the front, if it ends within the text.
std::string_view whole_number_token(std::string_view text, bool is_all) noexcept {
  const std::size_t n = number_length(text.substr(0, Elements::longest));
  return n < text.size() || is_all ? text.substr(0, n) : std::string_view();
}

}  // namespace

void Elements::skip_spaces() {
  do {
    window_.move_to(window_.begin() + spaces(window_.text()));
  } while (window_.size() == 0 && window_.reach(1));
}

bool Elements::next() {
  skip_spaces();
  if (window_.size() == 0 || *window_.begin() == closing_) return false;
  if (is_first_) {
    is_first_ = false;
    return true;
  }
  is_json_ = *window_.begin() == ',';
  if (!is_json_) return false;
  window_.move_to(window_.begin() + 1);
  return resume();
}

bool Elements::resume() {
  skip_spaces();
  is_json_ = window_.size() == 0 || *window_.begin() != closing_;
  return is_json_ && window_.size() > 0;
}

std::string_view Elements::take_number() {
  const bool is_all = !window_.reach(2 * longest);
  const std::string_view number = whole_number_token(window_.text(), is_all);
  window_.move_to(window_.begin() + number.size());
  return number;
}

std::string_view Elements::take_plain_text() {
  window_.reach(longest);
  const std::string_view text = plain_text(window_.text());
  window_.move_to(window_.begin() + text.size());
  return text.empty() ? text : unquoted(text);
}

Elements::Pair Elements::take_plain_pair() {
  const bool is_all = !window_.reach(4 * longest);
  std::string_view rest = window_.text();
  const std::string_view name = plain_text(rest);
  if (name.empty()) return {};
  rest.remove_prefix(name.size());
  rest.remove_prefix(spaces(rest));
  if (rest.empty() || rest.front() != ':') return {};
  rest.remove_prefix(1);
  rest.remove_prefix(spaces(rest));
  const std::string_view number = whole_number_token(rest, is_all);
  if (number.empty()) return {};
  window_.move_to(number.data() + number.size());
  return {unquoted(name), number};
}

}  // namespace gemflow::synthesize_api
