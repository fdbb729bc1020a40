// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gemflow {

/// The known names that someone who typed `unknown` may have meant, nearest first and at most `limit`. Letters may be
/// wrong, missing, extra or swapped (about one in three; case, '_', '-' and ' ' cost nothing), or the name may be a
/// part of the known one. Equal distances keep the order of `known`.
[[nodiscard]] std::vector<std::string> nearest_names(std::string_view unknown, std::span<const std::string> known,
                                                     std::size_t limit = 3);

/// For a hint: "did you mean 'cell_type'?"; where nothing is near, "known are 'a', 'b', 'c' and 9 more"; empty where
/// nothing is known. Names are made fit for a terminal.
[[nodiscard]] std::string did_you_mean(std::string_view unknown, std::span<const std::string> known);

/// "'a', 'b', 'c' and 9 more": the first `limit` names in quotes, fit for a terminal; empty for no names.
[[nodiscard]] std::string quoted_names(std::span<const std::string> names, std::size_t limit = 5);

}  // namespace gemflow
