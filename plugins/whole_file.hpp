// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string_view>

namespace gemflow {

/// Refuses before work is done for nothing. Errors: usage (the file exists and may not be replaced), io (no such
/// folder).
void require_writable(const std::filesystem::path& path, bool overwrite);

/// Writes a hidden temporary file beside `path`, syncs it, and gives it the name. On any failure nothing is left.
/// Errors: usage (the file exists and may not be replaced), io.
void write_whole(const std::filesystem::path& path, std::string_view bytes, bool overwrite);

}  // namespace gemflow
