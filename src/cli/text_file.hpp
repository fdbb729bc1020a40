// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace gemflow::cli {

/// Writes a small text file: a hidden temporary one beside it, synced, renamed. Throws Error(usage: no regular file, io).
void write_text_file(const std::filesystem::path& path, std::string_view text);

/// Whether there is anything of this name, a link that leads nowhere included.
[[nodiscard]] bool is_there(const std::filesystem::path& path) noexcept;

/// All of a small text file. Throws Error(input) where it is not there or may not be read.
[[nodiscard]] std::string read_text_file(const std::filesystem::path& path);

}  // namespace gemflow::cli
