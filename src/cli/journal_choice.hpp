// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

namespace gemflow::cli {

/// The run's journal that a folder is or holds. Throws Error(usage) where there is none, or more than one to choose from.
[[nodiscard]] std::filesystem::path only_journal(const std::filesystem::path& folder);

}  // namespace gemflow::cli
