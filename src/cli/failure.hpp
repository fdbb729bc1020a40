// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <string>

namespace gemflow::cli {

/// How a command ended that did not end well.
struct Failure {
  int exit_code = 0;
  std::string kind;  ///< the word of ErrorKind
  std::string message;
  std::string hint;
};

/// What an exception means to the user. Ours carry their kind; std::bad_alloc is memory, std::system_error is io, and
/// any other one is a bug.
[[nodiscard]] Failure failure_of(const std::exception_ptr& exception);

}  // namespace gemflow::cli
