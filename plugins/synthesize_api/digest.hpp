// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace gemflow::synthesize_api {

/// SHA-256 of the texts, each with its length in front, as 64 hexadecimal digits.
[[nodiscard]] std::string sha256_hex(std::initializer_list<std::string_view> texts);

}  // namespace gemflow::synthesize_api
