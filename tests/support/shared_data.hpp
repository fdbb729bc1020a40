// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

#include "support/catch.hpp"

namespace gemflow::test {

/// Is this real file at hand? Where it is not the test says so and is skipped, but fails where the environment has
/// CI=true.
inline bool has_shared(const std::filesystem::path& path) {
  if (std::filesystem::exists(path)) return true;
  const char* ci = std::getenv("CI");
  if (ci != nullptr && std::string(ci) == "true") FAIL("'" << path.string() << "' is not there");
  WARN("skipped: '" << path.string() << "' is not there");
  return false;
}

}  // namespace gemflow::test
