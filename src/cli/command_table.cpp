// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "command.hpp"
#include "command_list.hpp"

namespace gemflow::cli {
namespace {

constinit const std::array<const Command*, 18> table{
    &inspect_command,   &convert_command, &train_command,  &evaluate_command, &predict_metadata_command, &generate_command,
    &condition_command, &query_command,   &table_command,  &models_command,   &serve_command,            &plan_command,
    &merge_command,     &resume_command,  &status_command, &fetch_command,    &formats_command,          &completion_command,
};

}  // namespace

std::span<const Command* const> commands() noexcept { return table; }

Run bind_whole(const Command& command, Options& options, Settings& settings) {
  Run run = command.bind(options);
  if (command.reads_counts) bind_machine_settings(options, settings);
  bind_output_settings(options, settings);
  return run;
}

}  // namespace gemflow::cli
