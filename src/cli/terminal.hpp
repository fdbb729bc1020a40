// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <string_view>

#include "stderr_report.hpp"

namespace gemflow::cli {

/// A voice on the process's standard error: a terminal where it is one that can erase a line; colour unless NO_COLOR is set.
[[nodiscard]] Voice standard_voice();

/// Appends lines with the time in front. Throws Error(io) where the file cannot be opened.
[[nodiscard]] std::function<void(std::string_view)> open_log(const std::filesystem::path& path);

}  // namespace gemflow::cli
