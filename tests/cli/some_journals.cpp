// SPDX-License-Identifier: Apache-2.0
// Makes journals for tests of the command line:  some_journals FOLDER...  The folder's name says which: "done", "open", "failed",
// "unknown", "short" (all is here, and its run did not end), "busy" (held by the shell that called), and what else is there is as "done".
#include <fstream>

#include <unistd.h>

#include "support/some_journal.hpp"

using namespace gemflow;
using namespace gemflow::synthesize_api;
using namespace gemflow::test;

namespace {

void make_journal(const std::filesystem::path& folder) {
  Job job;
  JournalStart start = some_start();
  start.command.push_back("--set");
  start.command.push_back("perturbation_time=24 hours");
  const std::string kind = folder.filename().string();
  const auto journal = Journal::open(folder, start, job);
  for (const char* key : {"a", "b", "c"}) journal->plan({key, 10 * (key[0] - 'a'), 10, "batch", ""});
  for (const char* key : {"a", "b"}) {
    submit(*journal, key, std::string("query-") + key);
    receive(*journal, key, "{}");
  }
  if (kind == "busy") {
    LockHolder holder = *read_lock(folder / "lock");
    holder.id = "0123456789abcdef";  // not ours any more, so that it stays
    holder.process = getppid();
    holder.host = "node7";
    holder.place = "elsewhere";
    holder.since = "2026-05-01T12:00:00Z";
    std::ofstream(folder / "lock") << lock_text(holder);
    return;
  }
  if (kind == "open") return;
  journal->sending("c");
  if (kind == "unknown") return;
  journal->submitted("c", "query-c");
  if (kind == "failed") return journal->failed("c", "CUDA is out of memory");
  receive(*journal, "c", "{}");
  if (kind != "short") journal->ended();
}

}  // namespace

int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) make_journal(argv[i]);
}
