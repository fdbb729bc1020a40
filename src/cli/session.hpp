// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gemflow/core/job.hpp"
#include "options.hpp"
#include "stderr_report.hpp"

namespace gemflow::cli {

using Json = nlohmann::ordered_json;

/// What every command can be told about the machine and about speaking.
struct Settings {
  std::size_t threads = 0;  ///< 0: the CPUs that this process may use
  std::size_t memory = 0;   ///< 0: the smaller of 2 GiB and what the control group allows
  std::filesystem::path scratch;
  bool explain = false;
  bool quiet = false;
  int verbose = 0;
  std::filesystem::path log;
  std::optional<std::string> json;  ///< where the summary goes; "-": to the standard output, instead of the text
};

void bind_output_settings(Options& options, Settings& settings);
void bind_machine_settings(Options& options, Settings& settings);

/// A command to run in the place of this one.
struct NextCommand {
  std::filesystem::path folder;    ///< where it was typed
  std::filesystem::path journal;   ///< whole path of the journal that it goes on with
  std::vector<std::string> words;  ///< its name first
};

/// What a command has in its hands while it runs.
struct Session {
  Job job;
  StderrReport& report;
  Settings settings;
  std::vector<std::string> words{};  ///< the command's name and what was typed behind it
  Json result = Json::object();  ///< what the command found: "result" of the summary
  std::optional<NextCommand> next_command{};
  std::filesystem::path journal{};  ///< of a hosted model's run; empty: there is none
  std::filesystem::path resumed{};  ///< the journal that the command was told to go on with; empty: it was not
  bool result_stands = false;    ///< "result" is told also where the command fails
  bool may_replace_summary = false;  ///< the summary's file was looked at, and is not anybody else's

  /// Data for the standard output; silent where the JSON summary goes there.
  void print(std::string_view text) const;
};

}  // namespace gemflow::cli
