// SPDX-License-Identifier: Apache-2.0
#include "synthesize_api/client/token.hpp"

#include <filesystem>
#include <sstream>

#include <fmt/format.h>

#include "environment.hpp"
#include "support/catch.hpp"
#include "support/expect_error.hpp"
#include "support/files.hpp"

using namespace gemflow;
using namespace gemflow::synthesize_api;
using test::WithVariable;

namespace {

template <typename T>
concept Streams = requires(std::ostream& out, const T& value) { out << value; };
static_assert(!Streams<Token>);
static_assert(!fmt::is_formattable<Token>::value);
static_assert(!std::is_convertible_v<Token, std::string>);

/// A file that only its owner may read.
std::filesystem::path key_file(const test::TempFolder& folder, std::string_view bytes) {
  const auto path = folder.file("key", bytes);
  std::filesystem::permissions(path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  return path;
}

struct NoKeys {
  WithVariable first{"SYNTHESIZE_API_KEY", std::nullopt};
  WithVariable second{"SYNTHBIO_API_KEY", std::nullopt};
};

}  // namespace

TEST_CASE("a key comes from its file, else from the environment") {
  const NoKeys nobody;
  const test::TempFolder folder;
  CHECK(Token::read_if_any({}).empty());
  const WithVariable fall_back("SYNTHBIO_API_KEY", "from-second");
  CHECK(Token::read({}).equals("from-second"));
  const WithVariable usual("SYNTHESIZE_API_KEY", "from-first");
  CHECK(Token::read({}).equals("from-first"));
  CHECK(Token::read(key_file(folder, "from-file\n")).equals("from-file"));
  CHECK(Token::read(key_file(folder, "from-file\r\n")).equals("from-file"));
  CHECK_FALSE(Token::read({}).equals("from-firsT"));
  CHECK_FALSE(Token::read({}).equals("from-first "));
  CHECK(Token("k").header() == "Authorization: Bearer k");
  const WithVariable empty("SYNTHESIZE_API_KEY", "");
  CHECK(Token::read({}).equals("from-second"));
}

TEST_CASE("no key is an error with a way out") {
  const NoKeys nobody;
  const Error error = error_of([] { (void)Token::read({}); });
  CHECK(error.kind() == ErrorKind::model);
  CHECK(error.message() == "a hosted model needs a key, and there is none");
  CHECK(error.hint() ==
        "export SYNTHESIZE_API_KEY=..., or --token-file FILE; keys are made at https://app.synthesize.bio/account/api-keys");
}

TEST_CASE("a key's file is refused when others can read it, or when it holds no key") {
  const NoKeys nobody;
  const test::TempFolder folder;
  const auto open = folder.file("open", "canary");
  std::filesystem::permissions(open, std::filesystem::perms(0640));
  const Error error = error_of([&] { (void)Token::read(open); });
  CHECK(error.kind() == ErrorKind::usage);
  CHECK(error.message() == "the key's file '" + open.string() + "' can be read by others: its mode is 640");
  CHECK(error.hint() == "chmod 600 '" + open.string() + "'");

  const auto fault = [&](std::string_view bytes) {
    const std::string message = error_of([&] { (void)Token::read(key_file(folder, bytes)); }).message();
    CHECK(message.find("canary") == message.npos);
    return message;
  };
  const std::string name = "'" + (folder / "key").string() + "'";
  CHECK(fault("") == "the key's file " + name + " is empty");
  CHECK(fault("canary\n\n") == "the key in " + name + " has a character at place 7 that no key has");
  CHECK(fault("can ary") == "the key in " + name + " has a character at place 4 that no key has");
  CHECK(fault("canary\x1b") == "the key in " + name + " has a character at place 7 that no key has");
  CHECK(fault("canary\xc3\xa9") == "the key in " + name + " has a character at place 7 that no key has");
  CHECK(fault(std::string(9000, 'x')) == "the key in " + name + " has more than 8192 characters");
  CHECK(error_of([&] { (void)Token::read(folder / "absent"); }).message() ==
        "reading the key from '" + (folder / "absent").string() + "': No such file or directory");
  const WithVariable broken("SYNTHESIZE_API_KEY", "a\nX-Evil: 1");
  CHECK(error_of([] { (void)Token::read({}); }).message() == "the key in SYNTHESIZE_API_KEY has a character at place 2 that no key has");
}

TEST_CASE("secrets are taken out of what others say") {
  const Token token("canary-1");
  CHECK(token.redact("the key canary-1 (canary-1) is bad") == "the key *** (***) is bad");
  CHECK(token.redact("Authorization: Bearer other, x") == "Authorization: Bearer ***, x");
  CHECK(token.redact("'Bearer abc.def'") == "'Bearer ***'");
  CHECK(token.redact("at https://b.s3/r.json?X-Amz-Signature=1&b=2 and http://c/d?e \"f\"") ==
        "at https://b.s3/r.json?*** and http://c/d?*** \"f\"");
  CHECK(token.redact("see https://h/a. Is it so?") == "see https://h/a. Is it so?");
  CHECK(Token().redact("plain") == "plain");
}
