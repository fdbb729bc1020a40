// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "command.hpp"

namespace gemflow::cli {

/// `gemflow` and `gemflow --help`: the commands, one line each.
[[nodiscard]] std::string overview();

/// `gemflow COMMAND --help`: one sentence, the options in groups, examples. REQUIRES: `options` are the command's.
[[nodiscard]] std::string help_of(const Command& command, const Options& options);

}  // namespace gemflow::cli
