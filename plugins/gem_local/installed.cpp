// SPDX-License-Identifier: Apache-2.0
#include "gem_local/installed.hpp"

#include <algorithm>
#include <array>

namespace gemflow::gem_local {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view default_stem = "pbmc";

/// The first of the places that is a folder.
fs::path models_folder() {
  std::error_code none;
  const fs::path program = fs::read_symlink("/proc/self/exe", none);
  const std::array<fs::path, 3> places{program.parent_path().parent_path() / "share" / "gemflow" / "models",
                                       GEMFLOW_INSTALLED_MODELS, GEMFLOW_SOURCE_MODELS};
  const auto at =
      std::find_if(places.begin(), places.end(), [&](const fs::path& p) { return fs::is_directory(p, none); });
  return at == places.end() ? fs::path() : *at;
}

}  // namespace

std::vector<fs::path> installed_models() {
  std::vector<fs::path> models;
  std::error_code none;
  for (const fs::directory_entry& entry : fs::directory_iterator(models_folder(), none)) {
    if (entry.path().extension() == ".gmodel") models.push_back(entry.path());
  }
  std::sort(models.begin(), models.end());
  return models;
}

std::optional<fs::path> find_installed(std::string_view name) {
  for (const fs::path& path : installed_models()) {
    if (path.stem() == name || (name == default_name && is_default(path))) return path;
  }
  return std::nullopt;
}

bool is_default(const fs::path& path) { return path.stem() == default_stem; }

}  // namespace gemflow::gem_local
