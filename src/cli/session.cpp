// SPDX-License-Identifier: Apache-2.0
#include "session.hpp"

#include "option_values.hpp"
#include "standard_output.hpp"

namespace gemflow::cli {

void bind_output_settings(Options& options, Settings& settings) {
  options.group("Speaking");
  options.value({"--json", "[FILE]", "a summary as JSON: to FILE (FILE.json or --json=FILE), else instead of the text"},
                [&](const std::string& text) { settings.json = text; });
  options.path({"--log", "FILE", "append to FILE what is said, with times"}, settings.log);
  options.flag({"-q,--quiet", "", "errors alone"}, settings.quiet);
  options.count({"-v,--verbose", "", "more about what is done"}, settings.verbose);
}

void bind_machine_settings(Options& options, Settings& settings) {
  options.group("Machine");
  options.value({"-@,--threads", "N", "CPUs to use (default: those that this process may use)"},
                [&](const std::string& text) { settings.threads = static_cast<std::size_t>(whole_number(text, 1, 1024)); });
  options.value({"--memory", "SIZE", "bound of the memory: 512M, 2G (default: 2 GiB, or the control group's limit)"},
                [&](const std::string& text) { settings.memory = memory_size(text); });
  options.value({"--scratch", "FOLDER", "for what does not fit into memory (default: the system's temporary folder)"},
                [&](const std::string& text) { settings.scratch = folder_there(text); });
  options.flag({"--explain", "", "say which choices were made, and why"}, settings.explain);
}

void Session::print(std::string_view text) const {
  if (settings.json != "-") write_standard_output(text);
}

}  // namespace gemflow::cli
