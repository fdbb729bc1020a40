// SPDX-License-Identifier: Apache-2.0
#include <csignal>

#include <sqlite3.h>
#include <sys/resource.h>

#include "gemflow/journal.hpp"
#include "support/catch.hpp"
#include "support/expect_error.hpp"
#include "support/files.hpp"
#include "support/some_counts.hpp"
#include "support/some_journal.hpp"

using namespace gemflow;
using namespace gemflow::synthesize_api;
using namespace gemflow::test;
using Catch::Matchers::Contains;

namespace {

void run_sql(const std::filesystem::path& file, const char* sql) {
  sqlite3* database = nullptr;
  REQUIRE(sqlite3_open(file.c_str(), &database) == SQLITE_OK);
  CHECK(sqlite3_exec(database, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(database);
}

/// A journal of three batches in the folder "run".
void make_journal(const TempFolder& folder) {
  const auto journal = open_journal(folder / "run");
  for (const char* key : {"a", "b", "c"}) journal->plan(some_batch(key));
  submit(*journal, "a", "query-1");
  receive(*journal, "a", "{}");
  journal->sending("b");
}

/// Both ways to open a journal say the same of it.
Error error_of_opening(const TempFolder& folder) {
  const Error reading = error_of([&] { (void)read_journal(folder / "run"); });
  const Error writing = error_of([&] { (void)open_journal(folder / "run"); });
  CHECK(reading.kind() == writing.kind());
  return writing;
}

}  // namespace

TEST_CASE("another program's database is no journal and stays as it was") {
  const TempFolder folder;
  std::filesystem::create_directory(folder / "run");
  run_sql(folder / "run/journal.sqlite", "CREATE TABLE batch (key TEXT); INSERT INTO batch VALUES ('theirs')");
  const std::string before = bytes_of(folder / "run/journal.sqlite");
  const Error error = error_of_opening(folder);
  CHECK(error.kind() == ErrorKind::input);
  CHECK_THAT(error.message(), Contains("journal.sqlite is another program's database"));
  CHECK(bytes_of(folder / "run/journal.sqlite") == before);
}

TEST_CASE("a newer gemflow's journal is left to it") {
  const TempFolder folder;
  make_journal(folder);
  run_sql(folder / "run/journal.sqlite", "PRAGMA user_version = 9");
  const Error error = error_of_opening(folder);
  CHECK(error.kind() == ErrorKind::unsupported);
  CHECK_THAT(error.message(), Contains("reading the journal '") && Contains("a newer gemflow wrote it (its version 9, ours 1)"));
}

TEST_CASE("text instead of a database, a cut one, and one without its tables are damaged") {
  const TempFolder folder;
  make_journal(folder);
  const auto file = folder / "run/journal.sqlite";
  SECTION("text") { folder.file("run/journal.sqlite", std::string(5000, 'x')); }
  SECTION("cut") { std::filesystem::resize_file(file, 5000); }
  SECTION("no table") { run_sql(file, "DROP TABLE batch"); }
  const Error error = error_of_opening(folder);
  CHECK(error.kind() == ErrorKind::input);
  CHECK_THAT(error.message(), Contains("the journal '") && Contains("journal.sqlite is damaged"));
}

TEST_CASE("a journal whose database was emptied does not begin anew beside its replies") {
  const TempFolder folder;
  make_journal(folder);
  const auto file = folder / "run/journal.sqlite";
  SECTION("emptied") {
    std::filesystem::resize_file(file, 0);
    CHECK_THAT(error_of([&] { (void)read_journal(folder / "run"); }).message(), Contains("journal.sqlite holds nothing"));
  }
  SECTION("gone") {
    std::filesystem::remove(file);
    CHECK_THAT(error_of([&] { (void)read_journal(folder / "run"); }).message(), Contains("journal.sqlite cannot be read"));
  }
  const Error error = error_of([&] { (void)open_journal(folder / "run"); });
  CHECK(error.kind() == ErrorKind::input);
  CHECK_THAT(error.message(), Contains("there are replies, and journal.sqlite that knows of them was emptied"));
}

TEST_CASE("a batch that cannot be is an error and never a path") {
  const TempFolder folder;
  make_journal(folder);
  const auto file = folder / "run/journal.sqlite";
  SECTION("key") { run_sql(file, "UPDATE batch SET key = '../../x' WHERE key = 'a'"); }
  SECTION("state") { run_sql(file, "UPDATE batch SET state = 'lost' WHERE key = 'a'"); }
  const Error error = error_of([&] { (void)open_journal(folder / "run")->batches(); });
  CHECK(error.kind() == ErrorKind::input);
  CHECK_THAT(error.message(), Contains("no such batch can be: '"));
}

TEST_CASE("wrong bytes anywhere in a journal are an error or are not noticed, and nothing worse") {
  const TempFolder folder;
  make_journal(folder);
  const std::string whole = bytes_of(folder / "run/journal.sqlite");
  Dice dice(3);
  int n_found = 0;
  for (int i = 0; i < 60; ++i) {
    std::string damaged = whole;
    for (int j = 0; j < 1 + i % 20; ++j) damaged[dice.below(damaged.size())] = static_cast<char>(dice.below(256));
    folder.file("run/journal.sqlite", damaged);
    try {
      (void)read_journal(folder / "run");
      (void)open_journal(folder / "run")->batches();
    } catch (const Error& error) {
      ++n_found;
      CHECK((error.kind() == ErrorKind::input || error.kind() == ErrorKind::unsupported || error.kind() == ErrorKind::usage));
    }
  }
  CHECK(n_found > 5);
}

TEST_CASE("a folder that cannot be written in is told of") {
  const TempFolder folder;
  folder.file("file", "");
  const Error inside = error_of([&] { (void)open_journal(folder / "file/run"); });
  CHECK(inside.kind() == ErrorKind::io);
  CHECK_THAT(inside.message(), Contains("opening the journal '") && Contains("cannot be made (Not a directory)"));
  const Error file = error_of([&] { (void)open_journal(folder / "file"); });
  CHECK_THAT(file.message(), Contains("cannot be made (File exists)"));
  const Error foreign = error_of([&] { (void)open_journal("/proc/self"); });
  CHECK(foreign.kind() == ErrorKind::io);
  CHECK_THAT(foreign.message(), Contains("no file can be made in it ("));
}

TEST_CASE("a journal's database is no link") {
  const TempFolder folder;
  folder.file("precious", "");
  std::filesystem::create_directory(folder / "run");
  std::filesystem::create_symlink(folder / "precious", folder / "run/journal.sqlite");
  const Error error = error_of([&] { (void)open_journal(folder / "run"); });
  CHECK(error.kind() == ErrorKind::io);
  CHECK_THAT(error.message(), Contains("journal.sqlite cannot be opened (Too many levels of symbolic links)"));
  CHECK(bytes_of(folder / "precious").empty());
}

TEST_CASE("on a full disk a journal stays as it was") {
  const TempFolder folder;
  std::signal(SIGXFSZ, SIG_IGN);
  auto journal = open_journal(folder / "run");
  journal->plan(some_batch("a"));
  struct rlimit before {};
  getrlimit(RLIMIT_FSIZE, &before);
  struct rlimit little = before;
  little.rlim_cur = 100;
  setrlimit(RLIMIT_FSIZE, &little);
  std::string message;
  try {
    journal->sending("a");
  } catch (const Error& error) {
    message = error.message();
  }
  setrlimit(RLIMIT_FSIZE, &before);
  CHECK_THAT(message, Contains("writing the journal '") && Contains("journal.sqlite takes no more ("));
  CHECK(journal->find("a").state == BatchState::planned);
  journal->sending("a");
  journal.reset();
  CHECK(open_journal(folder / "run")->find("a").submissions == 1);
}
