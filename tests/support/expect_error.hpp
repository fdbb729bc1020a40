// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "gemflow/core/error.hpp"
#include "support/catch.hpp"

/// Runs `action` and returns the error that it must throw; fails the test when there is none.
template <typename Action>
gemflow::Error error_of(Action&& action) {
  try {
    action();
  } catch (const gemflow::Error& error) {
    return error;
  }
  FAIL("no error was thrown");
  return {gemflow::ErrorKind::internal, "unreachable"};
}
