// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "signals.hpp"

namespace gemflow::cli {

/// Runs what the words behind the program's name ask for, tells how it ended, and returns the exit code. Never throws.
[[nodiscard]] int run_program(std::vector<std::string> words, const Signals& signals);

}  // namespace gemflow::cli
