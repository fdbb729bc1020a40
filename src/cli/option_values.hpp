// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace gemflow::cli {

// From what stands on the command line to what it means. Each throws a usage error that says what was typed and what is
// wanted; the option's name is put in front by whoever knows it.

/// A whole number from `least` on.
[[nodiscard]] std::int64_t whole_number(const std::string& text, std::int64_t least = 0,
                                        std::int64_t most = std::numeric_limits<std::int64_t>::max());
/// A finite number from `least` to `most`.
[[nodiscard]] double number(const std::string& text, double least, double most);
/// 0 to 1.
[[nodiscard]] double share(const std::string& text);

/// Bytes: "512M", "1.5 GiB", "2GB". K, M, G, T and KiB … are powers of 1024; KB, MB, GB, TB powers of 1000.
/// Less than 64 MB is refused: one block of work does not fit.
[[nodiscard]] std::size_t memory_size(const std::string& text);

/// "KEY=VALUE", cut at the first '='; the key may not be empty.
[[nodiscard]] std::pair<std::string, std::string> key_value(const std::string& text);

/// "A:B", from 0 and half-open; an end that is left out is the file's own.
[[nodiscard]] std::pair<std::int64_t, std::int64_t> row_range(const std::string& text);

/// "NAME", "NAME,NAME", or "@FILE" with one name a line (names that hold a comma need the file).
[[nodiscard]] std::vector<std::string> names_listed(const std::string& text);

/// A folder that is there.
[[nodiscard]] std::filesystem::path folder_there(const std::string& text);

/// "0" and up, or "random": one drawn from the system's entropy.
[[nodiscard]] std::uint64_t seed_number(const std::string& text);

}  // namespace gemflow::cli
