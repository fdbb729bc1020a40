// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

namespace gemflow {

/// How many bytes the character has that stands first; 0 where it is none in UTF-8 (RFC 3629), or where there is no text.
[[nodiscard]] std::size_t utf8_character(std::string_view text) noexcept;

[[nodiscard]] bool is_utf8(std::string_view text) noexcept;

}  // namespace gemflow
