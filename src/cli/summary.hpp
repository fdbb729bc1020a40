// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "failure.hpp"
#include "session.hpp"

namespace gemflow::cli {

/// The document of `--json`; docs/json-schema.json says what is in it. `command` is empty where none was found.
[[nodiscard]] Json summary_of(std::string_view command, const Failure& failure, const Session& session);

/// To the standard output ("-"), or to a file. Throws BrokenPipe, or Error(io).
void write_summary(const std::string& where, const Json& summary);

/// Whether the file is a summary that gemflow wrote: then it may be replaced without being asked.
[[nodiscard]] bool is_summary(const std::filesystem::path& path);

}  // namespace gemflow::cli
