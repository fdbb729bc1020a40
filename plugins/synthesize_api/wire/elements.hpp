// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "synthesize_api/wire/window.hpp"

namespace gemflow::synthesize_api {

/// Goes along the elements of a list or object whose opening bracket was read, and sees to commas and spaces.
/// Whoever cannot read an element leaves it, and the rest, to the lexer.
class Elements {
 public:
  /// The longest name or number that is read here.
  static constexpr std::size_t longest = 1024;

  Elements(Window& window, char closing) noexcept : window_(window), closing_(closing) {}

  /// Whether an element stands at the window's begin now. False before the closing bracket, which stays, where the
  /// source ends, and where commas are wrong.
  /// REQUIRES: the element before was taken from the window.
  bool next();
  /// The same where whoever reads took further elements and their commas: the next one stands at the begin, or none.
  bool resume();
  [[nodiscard]] bool is_json() const noexcept { return is_json_; }

  /// Takes the number at the window's begin; empty, and nothing taken, if there is none. Good until the window moves.
  std::string_view take_number();
  /// The same for a text of plain ASCII without escapes.
  std::string_view take_plain_text();
  /// The same for a name, its colon and its number, or none of them.
  struct Pair {
    std::string_view name;
    std::string_view number;
  };
  Pair take_plain_pair();

 private:
  void skip_spaces();

  Window& window_;
  char closing_;
  bool is_first_ = true;
  bool is_json_ = true;
};

}  // namespace gemflow::synthesize_api
