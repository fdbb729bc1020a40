// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "failure.hpp"
#include "session.hpp"

namespace gemflow::cli {

/// The document of `--json`; docs/json-schema.json says what is in it. `command` is empty where none was found.
[[nodiscard]] Json summary_of(std::string_view command, const Failure& failure, const Session& session);

/// To the standard output, or to the file that was asked for; a file that may be somebody else's is left alone, since
/// only a failure comes here without having looked. Throws BrokenPipe, or Error(io).
void write_summary(const Session& session, const Json& summary);

/// Whether the file is a summary that gemflow wrote: then it may be replaced without being asked.
[[nodiscard]] bool is_summary(const std::filesystem::path& path);

}  // namespace gemflow::cli
