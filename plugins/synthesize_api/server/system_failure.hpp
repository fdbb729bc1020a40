// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cerrno>
#include <string>
#include <system_error>

namespace gemflow::synthesize_api {

/// Throws std::system_error with errno: the system refused what no caller can change.
[[noreturn]] inline void throw_system_failure(const char* doing) {
  throw std::system_error(errno, std::generic_category(), doing);
}

}  // namespace gemflow::synthesize_api
