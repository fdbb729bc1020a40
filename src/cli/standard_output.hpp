// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace gemflow::cli {

/// Nobody reads our standard output any more ("gemflow models | head -1"): no failure, and nothing more to say.
struct BrokenPipe {};

/// Takes the places of standard streams that are closed, so that no file is opened there and gets what is said. Reading or
/// writing them fails as before. Called before any file is opened.
void reserve_standard_streams() noexcept;

/// Writes and flushes. Throws BrokenPipe, or Error(io). REQUIRES: SIGPIPE is ignored.
void write_standard_output(std::string_view text);

}  // namespace gemflow::cli
