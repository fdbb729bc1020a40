// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "synthesize_api/wire/json_reader.hpp"

namespace gemflow::synthesize_api {

/// A text in quotes, escaped where JSON asks for it. Bytes that are no UTF-8 become U+FFFD.
void append_text(std::string& json, std::string_view text);

/// Shortest form that reads back as the same number; a whole number below 10^15 has no exponent.
void append_number(std::string& json, double number);

void append_json(std::string& json, const Scalar& value);

/// Length of the JSON number that `text` begins with; 0: there is none. "012" begins with "0".
[[nodiscard]] std::size_t number_length(std::string_view text) noexcept;

/// The number that a JSON number stands for; what is too small is 0, what is too large infinite.
[[nodiscard]] double number_of(std::string_view json_number) noexcept;
[[nodiscard]] float float_of(std::string_view json_number) noexcept;

}  // namespace gemflow::synthesize_api
