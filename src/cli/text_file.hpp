// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string_view>

namespace gemflow::cli {

/// Writes a small text file: a hidden temporary one beside it, synced, renamed. Throws Error(io).
void write_text_file(const std::filesystem::path& path, std::string_view text);

}  // namespace gemflow::cli
