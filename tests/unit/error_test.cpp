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

TEST_CASE("text of strangers is UTF-8 afterwards") {
  using gemflow::printable;
  CHECK(printable("Z\xc3\xbcrich \xe2\x82\xac \xf0\x9f\xa7\xac") == "Z\xc3\xbcrich \xe2\x82\xac \xf0\x9f\xa7\xac");
  const std::string mark = "\xef\xbf\xbd";
  CHECK(printable("a\xff" "b") == "a" + mark + "b");
  CHECK(printable("\xc3") == mark);                          // cut off
  CHECK(printable("\xc0\xaf") == mark + mark);               // '/' in too many bytes
  CHECK(printable("\xed\xa0\x80") == mark + mark + mark);    // half of a pair
  CHECK(printable("\xf4\x90\x80\x80") == mark + mark + mark + mark);
  CHECK(printable("a\xc2\x9b" "31mb\xe2\x80\xae") == "a31mb");  // an 8-bit escape, and text turned around
  CHECK(printable("ab\xc3\xbc", 3) == "ab...");              // a limit leaves no half character
}
