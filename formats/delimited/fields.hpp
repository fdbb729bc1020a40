// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gemflow {

/// The next field of a line, as RFC 4180 has it: one that begins with a double quote ends with one, and holds doubled
/// ones for single ones. A blank as the delimiter stands for any number of them.
///
/// `line` loses the field and its delimiter; it becomes a null view behind the last field (an empty field at the end of
/// a line is a field). False where a quote is not closed.
bool take_field(std::string_view& line, char delimiter, std::string& field);

/// All fields of a line; nothing where a quote is not closed.
[[nodiscard]] std::optional<std::vector<std::string>> split(std::string_view line, char delimiter);

/// "12", "0.5", "1e+05", "+3": the whole text, but for blanks around it, is one finite number or infinity, whatever the
/// locale. No NaN.
[[nodiscard]] std::optional<double> number_in(std::string_view text) noexcept;

/// What stands for a missing value: nothing, NA, NaN, null and the like.
[[nodiscard]] bool is_missing(std::string_view text) noexcept;

/// "1,5" and "1,234": a number, were it not for a comma within.
[[nodiscard]] bool has_comma_within(std::string_view text) noexcept;

/// Letters in lower case: for words of headers.
[[nodiscard]] std::string lower(std::string_view text);

}  // namespace gemflow
