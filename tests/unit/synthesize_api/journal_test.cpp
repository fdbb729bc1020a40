// SPDX-License-Identifier: Apache-2.0
#include "synthesize_api/journal/journal.hpp"

#include <thread>

#include <sys/stat.h>

#include "support/catch.hpp"
#include "support/expect_error.hpp"
#include "support/files.hpp"
#include "support/some_journal.hpp"

using namespace gemflow;
using namespace gemflow::synthesize_api;
using namespace gemflow::test;
using Catch::Matchers::Contains;

namespace {

mode_t mode_of(const std::filesystem::path& path) {
  struct stat there {};
  REQUIRE(lstat(path.c_str(), &there) == 0);
  return there.st_mode & 0777U;
}

/// The same batch after the run ended and another one went on.
BatchRecord reopened(const std::filesystem::path& folder, std::unique_ptr<Journal>& journal, const std::string& key) {
  journal.reset();
  journal = open_journal(folder);
  return journal->find(key);
}

}  // namespace

TEST_CASE("a batch comes back in the state in which a run left it") {
  const TempFolder folder;
  const auto place = folder / "run";
  auto journal = open_journal(place);
  const BatchRecord fresh = journal->plan({"a", 20, 10, "batch", "whole"});
  CHECK(fresh.state == BatchState::planned);
  CHECK(fresh.submissions == 0);

  BatchRecord record = reopened(place, journal, "a");
  CHECK(record.state == BatchState::planned);
  CHECK(record.first == 20);
  CHECK(record.n == 10);
  CHECK(record.purpose == "batch");
  CHECK(record.parent == "whole");

  journal->sending("a");
  CHECK_FALSE(journal->find("a").is_unknown);
  record = reopened(place, journal, "a");
  CHECK(record.state == BatchState::sending);
  CHECK(record.is_unknown);
  CHECK(record.submissions == 1);

  journal->resubmit("a");
  record = reopened(place, journal, "a");
  CHECK(record.state == BatchState::planned);
  CHECK_FALSE(record.is_unknown);
  CHECK(record.submissions == 1);
  CHECK(record.resubmissions == 1);

  submit(*journal, "a", "query-1");
  record = reopened(place, journal, "a");
  CHECK(record.state == BatchState::submitted);
  CHECK(record.query_id == "query-1");
  CHECK(record.submissions == 2);

  receive(*journal, "a", "{}");
  record = reopened(place, journal, "a");
  CHECK(record.state == BatchState::downloaded);
  CHECK(record.query_id == "query-1");
  CHECK(record.reply_sha256.size() == 64);
  CHECK(all_of(*journal->open_reply("a")) == "{}");
}

TEST_CASE("what was surely not sent is planned again and not counted") {
  const TempFolder folder;
  auto journal = open_journal(folder / "run");
  journal->plan(some_batch("a"));
  journal->sending("a");
  journal->not_sent("a");
  const BatchRecord record = reopened(folder / "run", journal, "a");
  CHECK(record.state == BatchState::planned);
  CHECK_FALSE(record.is_unknown);
  CHECK(record.submissions == 0);
  CHECK(record.resubmissions == 0);
}

TEST_CASE("a step out of turn is a bug that says so: nothing is sent twice in any build") {
  const TempFolder folder;
  auto journal = open_journal(folder / "run");
  journal->plan({"a", 0, 10, "batch", ""});
  journal->sending("a");
  const Error error = error_of([&] { journal->sending("a"); });
  CHECK(error.kind() == ErrorKind::internal);
  CHECK_THAT(error.message(), Contains("the journal holds no batch in the state that this change needs"));
  CHECK(journal->find("a").submissions == 1);
}

TEST_CASE("a failed batch is planned anew and tells why it failed") {
  const TempFolder folder;
  auto journal = open_journal(folder / "run");
  journal->plan(some_batch("a"));
  submit(*journal, "a", "query-1");
  journal->failed("a", "out of memory");
  CHECK(reopened(folder / "run", journal, "a").state == BatchState::failed);
  const BatchRecord record = journal->plan(some_batch("a"));
  CHECK(record.state == BatchState::planned);
  CHECK(record.message == "out of memory");
  CHECK(record.query_id.empty());
  CHECK(record.submissions == 1);
  submit(*journal, "a", "query-2");
  CHECK(journal->find("a").message.empty());
  CHECK(journal->find("a").submissions == 2);
}

TEST_CASE("a halved batch stays so and its children know it") {
  const TempFolder folder;
  auto journal = open_journal(folder / "run");
  journal->plan({"whole", 0, 10, "batch", ""});
  journal->sending("whole");
  journal->not_sent("whole");
  journal->halved("whole");
  journal->plan({"right", 5, 5, "batch", "whole"});
  journal->plan({"left", 0, 5, "batch", "whole"});
  CHECK(reopened(folder / "run", journal, "whole").state == BatchState::halved);
  const auto all = journal->batches();
  REQUIRE(all.size() == 3);
  CHECK(all[0].key == "whole");
  CHECK(all[1].key == "left");
  CHECK(all[2].parent == "whole");
}

TEST_CASE("a reply that is gone or damaged is to be fetched again") {
  const TempFolder folder;
  auto journal = open_journal(folder / "run");
  const auto file = folder / "run/replies/a.json.zst";
  journal->plan(some_batch("a"));
  submit(*journal, "a", "query-1");
  receive(*journal, "a", "an answer");
  SECTION("gone") { std::filesystem::remove(file); }
  SECTION("cut") { std::filesystem::resize_file(file, 5); }
  SECTION("another's") { folder.file("run/replies/a.json.zst", bytes_of(folder.file("other", "x"))); }
  SECTION("a link") {
    std::filesystem::rename(file, folder / "moved");
    std::filesystem::create_symlink(folder / "moved", file);
  }
  CHECK(journal->open_reply("a") == nullptr);
  const BatchRecord record = journal->find("a");
  CHECK(record.state == BatchState::submitted);
  CHECK(record.query_id == "query-1");
  receive(*journal, "a", "an answer");
  CHECK(all_of(*journal->open_reply("a")) == "an answer");
}

TEST_CASE("what was settled once stays for all runs") {
  const TempFolder folder;
  auto journal = open_journal(folder / "run");
  CHECK(journal->settle("batch size", "64") == "64");
  CHECK(journal->settle("batch size", "32") == "64");
  CHECK(journal->settle("model", "version 3") == "version 3");  // not the model that the run began with
  journal.reset();
  journal = open_journal(folder / "run");
  CHECK(journal->settle("batch size", "16") == "64");
  CHECK(journal->settle("empty", "").empty());
  CHECK(journal->settle("empty", "full").empty());
}

TEST_CASE("a journal is of one model, one server and one setting") {
  const TempFolder folder;
  open_journal(folder / "run").reset();
  Job job;
  JournalStart other = some_start();
  SECTION("model") { other.model = "gem-2"; }
  SECTION("server") { other.base_url = "https://elsewhere.example"; }
  SECTION("setting") { other.settings = {{"seed", "8"}}; }
  const Error error = error_of([&] { (void)Journal::open(folder / "run", other, job); });
  CHECK(error.kind() == ErrorKind::usage);
  CHECK_THAT(error.message(), Contains("is of another run: its") && (Contains("model is 'gem-1-sc', and now it is 'gem-2'") ||
                                Contains("base url is 'https://api.example', and now it is 'https://elsewhere.example'") ||
                                Contains("seed is '7', and now it is '8'")));
  CHECK(error.hint() == "another --journal begins anew");
  open_journal(folder / "run").reset();  // and it was not changed by the attempt
}

TEST_CASE("one key stands for the same cells in each run") {
  const TempFolder folder;
  auto journal = open_journal(folder / "run");
  journal->plan(some_batch("a", 10));
  const Error error = error_of([&] { journal->plan(some_batch("a", 20)); });
  CHECK(error.kind() == ErrorKind::usage);
  CHECK_THAT(error.message(), Contains("has 10 cells from 10 on where this run has 10 from 20 on, under one key 'a'"));
}

TEST_CASE("a journal is for its owner's eyes alone") {
  const TempFolder folder;
  auto journal = open_journal(folder / "run");
  journal->plan(some_batch("a"));
  submit(*journal, "a", "query-1");
  receive(*journal, "a", "secret counts");
  CHECK(mode_of(folder / "run") == 0700);
  CHECK(mode_of(folder / "run/replies") == 0700);
  CHECK(mode_of(folder / "run/journal.sqlite") == 0600);
  CHECK(mode_of(folder / "run/lock") == 0600);
  CHECK(mode_of(folder / "run/replies/a.json.zst") == 0600);
}

TEST_CASE("many threads write into one journal") {
  const TempFolder folder;
  auto journal = open_journal(folder / "run");
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&journal, i] {
      for (int j = 0; j < 5; ++j) {
        const std::string key = "b" + std::to_string(i * 5 + j);
        journal->plan(some_batch(key, i * 5 + j));
        submit(*journal, key, "query-" + key);
        receive(*journal, key, "answer " + key);
      }
    });
  }
  threads.clear();
  journal.reset();
  journal = open_journal(folder / "run");
  const auto all = journal->batches();
  REQUIRE(all.size() == 20);
  for (const BatchRecord& record : all) {
    CHECK(record.query_id == "query-" + record.key);
    CHECK(all_of(*journal->open_reply(record.key)) == "answer " + record.key);
  }
}
