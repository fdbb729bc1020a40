// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace gemflow::cli {

/// Nobody reads our standard output any more ("gemflow models | head -1"): no failure, and nothing more to say.
struct BrokenPipe {};

/// Writes and flushes. Throws BrokenPipe, or Error(io). REQUIRES: SIGPIPE is ignored.
void write_standard_output(std::string_view text);

}  // namespace gemflow::cli
