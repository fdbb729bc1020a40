// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace gemflow::cli {

// Scripts that are made from the option tables of all commands.
[[nodiscard]] std::string bash_completion();
[[nodiscard]] std::string zsh_completion();
[[nodiscard]] std::string fish_completion();

}  // namespace gemflow::cli
