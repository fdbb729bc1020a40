// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "command.hpp"

namespace gemflow::cli {

// Each is defined in the file of its name.
extern const Command formats_command;
extern const Command completion_command;

}  // namespace gemflow::cli
