// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace gemflow::cli {

/// The bare number of gemflow on the first line, then one library a line.
[[nodiscard]] std::string versions();

}  // namespace gemflow::cli
