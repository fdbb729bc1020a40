// SPDX-License-Identifier: Apache-2.0
#include "versions.hpp"

#include <fmt/format.h>

#include <CLI/Version.hpp>
#include <nlohmann/json.hpp>

#include "gemflow/core/version.hpp"
#include "gemflow/formats.hpp"

namespace gemflow::cli {

std::string versions() {
  std::string text = fmt::format("{}\n", version);
  for (const auto& [name, number] : format_libraries()) text += fmt::format("{} {}\n", name, number);
  text += fmt::format("nlohmann/json {}.{}.{}\n", NLOHMANN_JSON_VERSION_MAJOR, NLOHMANN_JSON_VERSION_MINOR,
                      NLOHMANN_JSON_VERSION_PATCH);
  text += fmt::format("fmt {}.{}.{}\n", FMT_VERSION / 10000, FMT_VERSION / 100 % 100, FMT_VERSION % 100);
  text += fmt::format("CLI11 {}\n", CLI11_VERSION);
  return text;
}

}  // namespace gemflow::cli
