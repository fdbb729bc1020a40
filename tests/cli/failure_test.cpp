// SPDX-License-Identifier: Apache-2.0
#include "failure.hpp"

#include <new>
#include <stdexcept>
#include <system_error>

#include "gemflow/core/error.hpp"
#include "support/catch.hpp"

namespace {

template <typename Thrown>
gemflow::cli::Failure failure_of(const Thrown& thrown) {
  return gemflow::cli::failure_of(std::make_exception_ptr(thrown));
}

}  // namespace

TEST_CASE("an error of ours keeps its kind, its sentence and its hint") {
  const auto failure = failure_of(gemflow::Error(gemflow::ErrorKind::quota, "the limit is reached", "wait a day"));
  CHECK(failure.exit_code == 7);
  CHECK(failure.kind == "quota");
  CHECK(failure.message == "the limit is reached");
  CHECK(failure.hint == "wait a day");
}

TEST_CASE("an allocation that failed is 137, a call of the system that failed is 5") {
  CHECK(failure_of(std::bad_alloc()).exit_code == 137);
  CHECK(failure_of(std::bad_alloc()).kind == "memory");
  const auto failure = failure_of(std::system_error(ENOSPC, std::generic_category(), "writing"));
  CHECK(failure.exit_code == 5);
  CHECK(failure.message == "writing: No space left on device");
}

TEST_CASE("whatever else is thrown is a bug and says so") {
  const auto failure = failure_of(std::logic_error("index 7 of 3"));
  CHECK(failure.exit_code == 70);
  CHECK(failure.message == "unexpected: index 7 of 3");
  CHECK(failure.hint.find("this is a bug") != std::string::npos);
  CHECK(failure_of(42).exit_code == 70);
}
