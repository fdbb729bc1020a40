// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "command.hpp"

namespace gemflow::cli {

// Each is defined in the file of its name.
extern const Command inspect_command;
extern const Command convert_command;
extern const Command train_command;
extern const Command evaluate_command;
extern const Command predict_metadata_command;
extern const Command generate_command;
extern const Command condition_command;
extern const Command query_command;
extern const Command table_command;
extern const Command models_command;
extern const Command serve_command;
extern const Command plan_command;
extern const Command merge_command;
extern const Command resume_command;
extern const Command fetch_command;
extern const Command status_command;
extern const Command formats_command;
extern const Command completion_command;

}  // namespace gemflow::cli
