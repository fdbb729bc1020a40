// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string_view>

#include "synthesize_api/wire/bytes.hpp"

namespace gemflow::synthesize_api {

/// A piece of a source's bytes that moves forward. Behind its end stand `slack` bytes of 0, so that eight can be loaded
/// at once from any place in it.
class Window {
 public:
  static constexpr std::size_t capacity = 65'536;
  static constexpr std::size_t slack = 64;
  static constexpr std::int64_t token_limit = 32 * capacity;

  explicit Window(ByteSource& source) noexcept : source_(source) {}
  Window(const Window&) = delete;
  Window& operator=(const Window&) = delete;
  ~Window() = default;

  [[nodiscard]] const char* begin() const noexcept { return bytes_.data() + begin_; }
  [[nodiscard]] const char* end() const noexcept { return bytes_.data() + end_; }
  [[nodiscard]] std::size_t size() const noexcept { return end_ - begin_; }
  [[nodiscard]] std::string_view text() const noexcept { return {begin(), size()}; }
  /// REQUIRES: begin() <= at <= end().
  void move_to(const char* at) noexcept { begin_ = static_cast<std::size_t>(at - bytes_.data()); }

  /// Makes at least `n` bytes visible; false where the source has fewer, which then are all there are.
  /// Pointers into the window are no longer good. REQUIRES: n <= capacity.
  bool reach(std::size_t n);

  /// Makes a byte visible for a lexer, which keeps what it sees until its token is complete: so much and no more.
  /// False at the end. Errors: input, a token longer than `token_limit`.
  bool reach_for_token();
  void token_read() noexcept { token_begin_ = position(); }

  /// Whether somebody asked for a byte behind the last one.
  [[nodiscard]] bool was_exhausted() const noexcept { return was_exhausted_; }
  /// Bytes before the window's begin.
  [[nodiscard]] std::int64_t position() const noexcept { return before_ + static_cast<std::int64_t>(begin_); }

 private:
  ByteSource& source_;
  std::array<char, capacity + slack> bytes_{};
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::int64_t before_ = 0;  ///< bytes before bytes_[0]
  std::int64_t token_begin_ = 0;
  bool was_exhausted_ = false;
};

/// The window's bytes for nlohmann's lexer, one by one. All copies share the window: what another reader takes from it
/// between two tokens, the lexer never sees. It reads no byte ahead of a bracket.
class WindowIterator {
 public:
  // NOLINTBEGIN(readability-identifier-naming): the standard library's words
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;
  // NOLINTEND(readability-identifier-naming)

  WindowIterator() = default;  ///< the end
  explicit WindowIterator(Window& window) noexcept : window_(&window) {}

  reference operator*() const noexcept { return *window_->begin(); }
  WindowIterator& operator++() noexcept {
    window_->move_to(window_->begin() + 1);
    return *this;
  }
  WindowIterator operator++(int) noexcept { return ++*this; }
  /// Whether there is a byte; the end is the other one.
  friend bool operator!=(const WindowIterator& at, const WindowIterator&) {
    return at.window_->size() > 0 || at.window_->reach_for_token();
  }
  friend bool operator==(const WindowIterator& at, const WindowIterator& end) { return !(at != end); }

 private:
  Window* window_ = nullptr;
};

}  // namespace gemflow::synthesize_api
