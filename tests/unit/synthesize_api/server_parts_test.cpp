// SPDX-License-Identifier: Apache-2.0
#include <set>

#include <sys/stat.h>

#include "gemflow/serve.hpp"
#include "support/catch.hpp"
#include "support/expect_error.hpp"
#include "support/files.hpp"
#include "synthesize_api/server/routes.hpp"
#include "synthesize_api/wire/model_id.hpp"
#include "synthesize_api/server/secrets.hpp"
#include "synthesize_api/server/spool.hpp"

using namespace gemflow;
using namespace gemflow::synthesize_api;
using gemflow::test::bytes_of;
using gemflow::test::TempFolder;

namespace {

std::string read_all(ByteSource& source) {
  std::string all;
  char piece[1000];
  for (std::size_t n = 0; (n = source.read(piece)) > 0;) all.append(piece, n);
  return all;
}

}  // namespace

TEST_CASE("a path is a route, or none") {
  using Kind = Route::Kind;
  CHECK(find_route("/").kind == Kind::page);
  CHECK(find_route("/api/models").kind == Kind::models);
  CHECK(find_route("//api//models/").kind == Kind::models);
  CHECK(find_route("/api/models/gem-1-sc/predict").kind == Kind::predict);
  CHECK(find_route("/api/models/gem-1-sc/predict").id == "gem-1-sc");
  CHECK(find_route("/api/models/a.b_c-D/example-query").kind == Kind::example_query);
  CHECK(find_route("/api/model-queries/8f0d/status").id == "8f0d");
  CHECK(find_route("/download/abc").kind == Kind::download);
  for (const char* none : {"", "api/models", "/api", "/api/models/a b/predict", "/api/models/a/predict/more", "/download", "/download/a/b",
                           "/api/model-query/a/status"}) {
    CHECK(find_route(none).kind == Kind::unknown);
  }
  CHECK(find_route("/api/models/" + std::string(64, 'a') + "/predict").kind == Kind::predict);
  CHECK(find_route("/api/models/" + std::string(65, 'a') + "/predict").kind == Kind::unknown);
}

TEST_CASE("secrets are long, of harmless letters, and never the same") {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const std::string token = new_token();
    CHECK(token.size() == 43);
    CHECK(is_id(token));
    seen.insert(token);
    seen.insert(random_uuid());
  }
  CHECK(seen.size() == 2000);
  const std::string uuid = random_uuid();
  CHECK(uuid.size() == 36);
  CHECK(uuid[14] == '4');
  CHECK(std::string("89ab").find(uuid[19]) != std::string::npos);
}

TEST_CASE("a browser's password is the token") {
  CHECK(basic_password("Basic dXNlcjpzZWNyZXQ=") == "secret");   // user:secret
  CHECK(basic_password("Basic OmE6Yg==") == "a:b");              // :a:b
  CHECK(basic_password("Basic bm9jb2xvbg==").empty());           // nocolon
  CHECK(basic_password("Bearer dXNlcjpzZWNyZXQ=").empty());
  CHECK(basic_password("Basic ????").empty());
}

TEST_CASE("a key's file is made for its owner alone, and read again") {
  const TempFolder folder;
  const Token made = token_of(folder / "key", {});
  struct stat about {};
  REQUIRE(stat((folder / "key").c_str(), &about) == 0);
  CHECK((about.st_mode & 0777U) == 0600);
  CHECK(made.equals(bytes_of(folder / "key")));
  CHECK(token_of(folder / "key", "other").equals(bytes_of(folder / "key")));
  CHECK(token_of({}, "other").equals("other"));
  REQUIRE(chmod((folder / "key").c_str(), 0644) == 0);
  CHECK(error_of([&] { static_cast<void>(token_of(folder / "key", {})); }).kind() == ErrorKind::usage);
  const Error error = error_of([&] { static_cast<void>(token_of(folder / "no/key", {})); });
  CHECK(error.kind() == ErrorKind::io);
  CHECK(error.message() == "making the key's file '" + (folder / "no/key").string() + "': No such file or directory");
}

TEST_CASE("a body comes back as it was sent, from memory or from a file without a name") {
  const TempFolder folder;
  for (const std::size_t size : {std::size_t{0}, std::size_t{10}, std::size_t{65'536}, std::size_t{1'000'000}}) {
    std::string text(size, '\0');
    for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + i % 23);
    Spool spool(folder.path());
    for (std::size_t at = 0; at < size; at += 30'000) spool.write(std::string_view(text).substr(at, 30'000));
    CHECK(spool.size() == size);
    CHECK(read_all(spool) == text);
    CHECK(std::filesystem::is_empty(folder.path()));
  }
  Spool nowhere(folder / "gone");
  const Error error = error_of([&] { nowhere.write(std::string(100'000, 'x')); });
  CHECK(error.message() == "making a file in '" + (folder / "gone").string() + "': No such file or directory");
}

TEST_CASE("a result's file stays only once it is whole") {
  const TempFolder folder;
  {
    FileSink sink(folder / "cut");
    sink.write(std::string(200'000, 'x'));
    CHECK(std::filesystem::exists(folder / "cut"));
  }
  CHECK_FALSE(std::filesystem::exists(folder / "cut"));
  {
    FileSink sink(folder / "whole");
    sink.write("abc");
    CHECK(sink.keep() == 3);
  }
  CHECK(bytes_of(folder / "whole") == "abc");
  CHECK(error_of([&] { FileSink again(folder / "whole"); }).message() == "making '" + (folder / "whole").string() + "': File exists");
  CHECK(error_of([&] { PrivateFolder none(folder / "gone"); }).message() ==
        "making a folder for results in '" + (folder / "gone").string() + "': No such file or directory");
}

TEST_CASE("what only this machine reaches") {
  for (const char* own : {"127.0.0.1", "127.9.9.9", "localhost", "::1"}) CHECK(is_loopback(own));
  for (const char* other : {"0.0.0.0", "10.0.0.1", "::", "example.org", ""}) CHECK_FALSE(is_loopback(other));
}
