// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

namespace gemflow::gem_local {

/// What the default model is called beside its own name.
inline constexpr std::string_view default_name = "default";

/// The models that came with gemflow: from `share/gemflow/models` beside the program, else the installation's own, else
/// the source tree's. Sorted by name.
[[nodiscard]] std::vector<std::filesystem::path> installed_models();

/// The installed model of this name, "default" included; nothing for a path or an unknown name.
[[nodiscard]] std::optional<std::filesystem::path> find_installed(std::string_view name);

[[nodiscard]] bool is_default(const std::filesystem::path& path);

}  // namespace gemflow::gem_local
