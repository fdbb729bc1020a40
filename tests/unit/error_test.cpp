// SPDX-License-Identifier: Apache-2.0
#include "gemflow/core/error.hpp"

#include "support/catch.hpp"

using gemflow::Error;
using gemflow::ErrorKind;

TEST_CASE("an error says around what it happened, once") {
  Error error(ErrorKind::input, "row 3 has a negative count", "use --layer counts");
  error.within("reading 'a.h5ad'").within("reading 'a.h5ad'");
  CHECK(error.message() == "reading 'a.h5ad': row 3 has a negative count");
  CHECK(error.hint() == "use --layer counts");
  CHECK(std::string(error.what()) == error.message());
}

TEST_CASE("each kind of error has the exit code of the contract") {
  const std::pair<ErrorKind, int> table[] = {
      {ErrorKind::usage, 2},   {ErrorKind::input, 3},     {ErrorKind::unsupported, 4}, {ErrorKind::io, 5},
      {ErrorKind::model, 6},   {ErrorKind::quota, 7},     {ErrorKind::internal, 70},   {ErrorKind::pending, 75},
      {ErrorKind::network, 104}, {ErrorKind::memory, 137}, {ErrorKind::interrupted, 130}};
  for (const auto& [kind, code] : table) CHECK(gemflow::exit_code(kind) == code);
  CHECK(gemflow::name_of(ErrorKind::pending) == "pending");
}

TEST_CASE("text of strangers loses its control characters and its length") {
  CHECK(gemflow::printable("a\x1b[31mb\n") == "a[31mb");
  CHECK(gemflow::printable("abcdef", 3) == "abc...");
}
