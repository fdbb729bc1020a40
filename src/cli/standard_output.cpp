// SPDX-License-Identifier: Apache-2.0
#include "standard_output.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

#include "gemflow/core/error.hpp"

namespace gemflow::cli {

void write_standard_output(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0) return;
  if (errno == EPIPE) throw BrokenPipe{};
  throw Error(ErrorKind::io, fmt::format("writing to the standard output: {}", std::generic_category().message(errno)));
}

}  // namespace gemflow::cli
