// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <string_view>

#include "synthesize_api/wire/bytes.hpp"

namespace gemflow::test {

/// A text of which at most `piece` bytes come at once, as from a slow network.
class SlowSource final : public synthesize_api::ByteSource {
 public:
  SlowSource(std::string_view text, std::size_t piece) noexcept : left_(text), piece_(piece) {}
  [[nodiscard]] std::size_t read(std::span<char> into) override {
    const std::size_t n = left_.copy(into.data(), std::min(into.size(), piece_));
    left_.remove_prefix(n);
    return n;
  }

 private:
  std::string_view left_;
  std::size_t piece_;
};

}  // namespace gemflow::test
