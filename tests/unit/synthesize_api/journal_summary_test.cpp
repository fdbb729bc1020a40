// SPDX-License-Identifier: Apache-2.0
#include "gemflow/journal.hpp"

#include <csignal>

#include <sys/wait.h>
#include <unistd.h>

#include "support/catch.hpp"
#include "support/expect_error.hpp"
#include "support/files.hpp"
#include "support/some_journal.hpp"

using namespace gemflow;
using namespace gemflow::synthesize_api;
using namespace gemflow::test;
using Catch::Matchers::Contains;

namespace {

/// A process that works on a journal until it is killed.
pid_t writer_of(const std::filesystem::path& folder) {
  const pid_t child = fork();
  if (child != 0) return child;
  const auto journal = open_journal(folder);
  for (int i = 0;; ++i) {
    const std::string key = "b" + std::to_string(getpid()) + "-" + std::to_string(i);
    journal->plan(some_batch(key, i));
    submit(*journal, key, "query-" + key);
    receive(*journal, key, "{}");
  }
}

void end(pid_t child) {
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
}

}  // namespace

TEST_CASE("a summary says what a run was, what it sent and what is left") {
  const TempFolder folder;
  auto journal = open_journal(folder / "run");
  for (const char* key : {"done", "open", "planned", "broken", "whole", "sent", "again"}) journal->plan(some_batch(key, key[0]));
  submit(*journal, "done", "query-1");
  receive(*journal, "done", "{}");
  submit(*journal, "open", "query-2");
  submit(*journal, "broken", "query-3");
  journal->failed("broken", "out of\x1b[31m memory");
  journal->halved("whole");
  journal->sending("again");
  journal->resubmit("again");
  journal->sending("again");
  journal->sending("sent");

  const JournalSummary live = read_journal(folder / "run");
  CHECK(live.command == some_start().command);
  CHECK(live.working_folder == "/data");
  CHECK(live.base_url == "https://api.example");
  CHECK(live.model == "gem-1-sc");
  CHECK(live.version == "1.0");
  CHECK(live.counts.planned == 1);
  CHECK(live.counts.sending == 2);
  CHECK(live.counts.unknown == 0);
  CHECK(live.counts.submitted == 1);
  CHECK(live.counts.downloaded == 1);
  CHECK(live.counts.halved == 1);
  CHECK(live.counts.failed == 1);
  CHECK(live.submissions == 6);
  CHECK(live.resubmissions == 1);
  CHECK(live.reply_bytes == static_cast<std::int64_t>(std::filesystem::file_size(folder / "run/replies/done.json.zst")));
  REQUIRE(live.failures.size() == 1);
  CHECK(live.failures[0].message == "out of[31m memory");
  CHECK_THAT(live.holder, Contains("process " + std::to_string(getpid())));
  CHECK(live.is_open());
  CHECK_FALSE(live.is_done());

  journal.reset();
  const JournalSummary ended = read_journal(folder / "run");
  CHECK(ended.holder.empty());
  CHECK(ended.counts.sending == 0);
  CHECK(ended.counts.unknown == 2);
}

TEST_CASE("a run is done once it said so, and not any more once another batch is planned") {
  const TempFolder folder;
  const auto journal = open_journal(folder / "run");
  journal->plan(some_batch("a", 0));
  submit(*journal, "a", "query-1");
  receive(*journal, "a", "{}");
  CHECK_FALSE(read_journal(folder / "run").is_done());
  journal->ended();
  journal->ended();
  CHECK(read_journal(folder / "run").is_done());
  journal->plan(some_batch("a", 0));
  CHECK(read_journal(folder / "run").is_done());
  journal->plan(some_batch("b", 10));
  submit(*journal, "b", "query-2");
  receive(*journal, "b", "{}");
  const JournalSummary more = read_journal(folder / "run");
  CHECK_FALSE(more.is_open());
  CHECK_FALSE(more.is_done());
}

TEST_CASE("journals are found in a folder and directly below it") {
  const TempFolder folder;
  open_journal(folder / "b").reset();
  open_journal(folder / "a").reset();
  std::filesystem::create_directory(folder / "c");
  CHECK(journals_in(folder.path()) == std::vector<std::filesystem::path>{folder / "a", folder / "b"});
  CHECK(journals_in(folder / "a") == std::vector<std::filesystem::path>{folder / "a"});
  CHECK(journals_in(folder / "c").empty());
  CHECK(journals_in(folder / "nowhere").empty());
}

TEST_CASE("a journal is read while a run writes it, and each time as it was at one moment") {
  const TempFolder folder;
  open_journal(folder / "run").reset();
  const pid_t child = writer_of(folder / "run");
  std::int64_t latest = 0;
  for (int i = 0; i < 60 || latest < 3; ++i) {
    const JournalSummary seen = read_journal(folder / "run");
    const BatchCounts& counts = seen.counts;
    CHECK(seen.submissions == counts.sending + counts.unknown + counts.submitted + counts.downloaded);
    CHECK(counts.planned + counts.sending + counts.unknown + counts.submitted <= 1);
    CHECK(counts.downloaded >= latest);
    latest = counts.downloaded;
  }
  end(child);
}

TEST_CASE("a run that died in a change is read as it was before and its folder left alone") {
  const TempFolder folder;
  const auto rollback = folder / "run/journal.sqlite-journal";
  // Died just then: not each one does.
  int n_half_done = 0;
  for (int i = 0; i < 400 && n_half_done < 2; ++i) {
    const pid_t child = writer_of(folder / "run");
    while (!std::filesystem::exists(folder / "run/replies")) usleep(100);
    usleep(static_cast<useconds_t>(2000 + 137 * (i % 40)));
    end(child);
    if (!std::filesystem::exists(rollback)) continue;
    ++n_half_done;
    const std::string before = bytes_of(rollback);
    const JournalSummary seen = read_journal(folder / "run");
    CHECK(seen.holder.empty());
    CHECK(bytes_of(rollback) == before);
    (void)open_journal(folder / "run");
    CHECK(read_journal(folder / "run").submissions == seen.submissions);
  }
  CHECK(n_half_done > 0);
}
