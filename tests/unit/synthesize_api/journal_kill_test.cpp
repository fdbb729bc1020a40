// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <vector>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gemflow/core/file_descriptor.hpp"
#include "support/catch.hpp"
#include "support/files.hpp"
#include "support/some_counts.hpp"
#include "support/some_journal.hpp"

using namespace gemflow;
using namespace gemflow::synthesize_api;
using namespace gemflow::test;

namespace {

/// A file of lines that outlives whoever wrote them: what the server charged, what a run was told is recorded.
class Ledger {
 public:
  explicit Ledger(std::filesystem::path path) : path_(std::move(path)) {}

  void add(const std::string& key, const std::string& value) const {
    FileDescriptor file(open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
    if (!file.write(key + ' ' + value + '\n')) std::abort();
  }
  [[nodiscard]] std::size_t size() const { return bytes_of(path_).size(); }
  [[nodiscard]] std::map<std::string, std::vector<std::string>> lines() const {
    std::map<std::string, std::vector<std::string>> all;
    std::ifstream file(path_);
    for (std::string key, value; file >> key >> value;) all[key].push_back(value);
    return all;
  }

 private:
  std::filesystem::path path_;
};

struct World {
  explicit World(const TempFolder& folder)
      : journal(folder / "run"), charged(folder / "charged"), recorded(folder / "recorded"), failed(folder / "failed"), received(folder / "received") {}
  std::filesystem::path journal;
  Ledger charged;   ///< ids that the server gave, by key
  Ledger recorded;  ///< ids after `submitted` had returned
  Ledger failed;    ///< before `failed` is called
  Ledger received;  ///< after `downloaded` had returned
};

/// One step of a batch, as a client would make it; the server charges between `sending` and `submitted`.
void step(Journal& journal, const World& world, const std::string& key, Dice& dice) {
  const BatchRecord record = journal.plan(some_batch(key));
  switch (record.state) {
    case BatchState::planned: {
      journal.sending(key);
      if (dice.below(4) == 0) return journal.not_sent(key);
      const std::string id = key + "-" + std::to_string(getpid()) + "-" + std::to_string(record.submissions);
      world.charged.add(key, id);
      journal.submitted(key, id);
      return world.recorded.add(key, id);
    }
    case BatchState::sending: return journal.resubmit(key);
    case BatchState::submitted:
      if (dice.below(5) == 0) {
        world.failed.add(key, record.query_id);
        return journal.failed(key, "no luck");
      }
      receive(journal, key, "answer to " + record.query_id);
      return world.received.add(key, record.query_id);
    default: return;
  }
}

/// Works until it is killed.
[[noreturn]] void work(const World& world, int round) {
  Dice dice(static_cast<std::uint64_t>(round) + 1);
  const auto journal = open_journal(world.journal);
  const auto first = static_cast<std::uint64_t>(round / 5 * 3);
  for (std::uint64_t i = 0;; ++i) step(*journal, world, "k" + std::to_string(first + dice.below(3 + i / 40)), dice);
}

std::int64_t count_of(const std::map<std::string, std::vector<std::string>>& lines, const std::string& key) {
  const auto found = lines.find(key);
  return found == lines.end() ? 0 : static_cast<std::int64_t>(found->second.size());
}

/// What must be so at any moment at which nobody is at work.
void check(const World& world) {
  const auto charged = world.charged.lines();
  const auto recorded = world.recorded.lines();
  const auto failed = world.failed.lines();
  const auto received = world.received.lines();
  const auto journal = open_journal(world.journal);
  std::map<std::string, BatchRecord> records;
  for (const BatchRecord& record : journal->batches()) records[record.key] = record;
  for (const auto& [key, ids] : charged) {
    REQUIRE(records.count(key) == 1);
    const BatchRecord& record = records[key];
    INFO(key << " is " << name_of(record.state));
    // Each that was charged was counted, and was not given two ids.
    CHECK(static_cast<std::int64_t>(ids.size()) <= record.submissions);
    CHECK(std::set<std::string>(ids.begin(), ids.end()).size() == ids.size());
    // Each submission ended in one of four ways: its id is there, or unknown, or it was sent again knowingly, or it failed.
    const bool is_id_kept = record.state == BatchState::submitted || record.state == BatchState::downloaded;
    const std::int64_t without_failures = record.resubmissions + (is_id_kept || record.is_unknown ? 1 : 0);
    CHECK(record.submissions >= without_failures);
    CHECK(record.submissions <= without_failures + count_of(failed, key));
    if (is_id_kept) CHECK(record.query_id == ids.back());
    CHECK(record.is_unknown == (record.state == BatchState::sending));
  }
  // What a run was told is recorded is recorded: nothing that was submitted is planned again but after a failure.
  for (const auto& [key, ids] : recorded) {
    const BatchRecord& record = records[key];
    if (record.state == BatchState::planned || record.state == BatchState::sending) CHECK(!record.message.empty());
  }
  for (const auto& [key, ids] : received) {
    INFO(key << " is " << name_of(records[key].state));
    REQUIRE(records[key].state == BatchState::downloaded);
    const auto reply = journal->open_reply(key);
    REQUIRE(reply != nullptr);
    CHECK(all_of(*reply) == "answer to " + records[key].query_id);
  }
}

}  // namespace

TEST_CASE("a journal survives kills at any moment") {
  const char* const wanted = std::getenv("GEMFLOW_KILLS");
  const int n_kills = wanted == nullptr ? 20 : std::atoi(wanted);
  const TempFolder folder;
  const World world(folder);
  Dice dice(11);
  for (int round = 0; round < n_kills; ++round) {
    const pid_t child = fork();
    if (child == 0) work(world, round);
    // Every other run gets as far as its first submission.
    const std::size_t before = world.charged.size();
    while (round % 2 == 0 && world.charged.size() == before) usleep(500);
    usleep(static_cast<useconds_t>(dice.below(40'000)));
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    check(world);
  }
  CHECK(world.charged.lines().size() > 2);
}
