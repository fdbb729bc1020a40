// SPDX-License-Identifier: Apache-2.0
#include "synthesize_api/journal/folder_lock.hpp"

#include <array>
#include <csignal>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gemflow/core/error.hpp"
#include "support/catch.hpp"
#include "support/expect_error.hpp"
#include "support/files.hpp"
#include "support/some_journal.hpp"

using namespace gemflow;
using namespace gemflow::synthesize_api;
using namespace gemflow::test;
using Catch::Matchers::Contains;
using std::chrono::milliseconds;

namespace {

constexpr LockTiming quick{milliseconds(5), milliseconds(60)};

LockHolder elsewhere() {
  LockHolder holder = this_process();
  holder.host = "node9";
  holder.place = "another machine";
  return holder;
}

/// Waits for the end of a process that may stay unburied.
void wait_for(pid_t child, bool bury) {
  siginfo_t end{};
  waitid(P_PID, static_cast<id_t>(child), &end, WEXITED | (bury ? 0 : WNOWAIT));
}

/// The lock of a process that has ended.
LockHolder somebody_gone(bool bury = true) {
  int written[2];
  REQUIRE(pipe(written) == 0);
  const pid_t child = fork();
  if (child == 0) {
    const std::string text = lock_text(this_process());
    _exit(write(written[1], text.data(), text.size()) > 0 ? 0 : 1);
  }
  wait_for(child, bury);
  std::array<char, 1000> text{};
  const ssize_t n = read(written[0], text.data(), text.size());
  close(written[0]);
  close(written[1]);
  const TempFolder folder;
  return *read_lock(folder.file("lock", std::string(text.data(), static_cast<std::size_t>(n))));
}

std::size_t n_files(const TempFolder& folder) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder.path()), {}));
}

/// Takes the lock, however long it takes, looks that nobody else is in, and leaves: properly, or by dying. Ends the process.
[[noreturn]] void be_a_rival(const std::filesystem::path& folder, bool dies) {
  Job job;
  while (true) {
    try {
      FolderLock lock(folder, quick, job);
      const int inside = open((folder / "inside").c_str(), O_CREAT | O_EXCL | O_CLOEXEC, 0600);
      if (inside < 0) _exit(1);
      usleep(500);
      lock.require_held();
      unlink((folder / "inside").c_str());
      if (dies) _exit(0);
      break;
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::pending) _exit(2);
      usleep(300);
    }
  }
  _exit(0);
}

}  // namespace

TEST_CASE("a lock names its holder and a second one is refused") {
  const TempFolder folder;
  Job job;
  {
    const FolderLock lock(folder.path(), quick, job);
    const auto holder = read_lock(folder / "lock");
    REQUIRE(holder);
    CHECK(holder->process == getpid());
    CHECK(pulse_of(*holder) == Pulse::alive);
    const Error error = error_of([&] { const FolderLock second(folder.path(), quick, job); });
    CHECK(error.kind() == ErrorKind::pending);
    CHECK_THAT(error.message(), Contains("is in use: process " + std::to_string(getpid()) + " on '") && Contains("holds it"));
    CHECK_THAT(error.hint(), Contains("gemflow status '"));
    lock.require_held();
  }
  CHECK(n_files(folder) == 0);
}

TEST_CASE("a lock of a process that ended is taken over at once") {
  const TempFolder folder;
  Job job;
  LockHolder gone = somebody_gone();
  SECTION("ended") {}
  SECTION("ended and unburied") {
    gone = somebody_gone(false);
    CHECK(kill(static_cast<pid_t>(gone.process), 0) == 0);
  }
  SECTION("its number is another's now") {
    gone.process = getpid();
    gone.started = "1";
  }
  CHECK(pulse_of(gone) == Pulse::gone);
  folder.file("lock", lock_text(gone));
  {
    const FolderLock lock(folder.path(), {milliseconds(5), std::chrono::hours(1)}, job);
    CHECK(read_lock(folder / "lock")->id != gone.id);
  }
  CHECK(n_files(folder) == 0);
  if (gone.process != getpid()) waitpid(static_cast<pid_t>(gone.process), nullptr, 0);
}

TEST_CASE("a holder elsewhere is gone when its lock rests and alive when it moves") {
  const TempFolder folder;
  Job job;
  folder.file("lock", lock_text(elsewhere()));
  SECTION("rests") {
    const FolderLock lock(folder.path(), quick, job);
    CHECK(read_lock(folder / "lock")->process == getpid());
  }
  SECTION("moves") {
    const std::jthread heart([&](const std::stop_token& stop) {
      while (!stop.stop_requested()) {
        utimensat(AT_FDCWD, (folder / "lock").c_str(), nullptr, 0);
        std::this_thread::sleep_for(milliseconds(5));
      }
    });
    const Error error = error_of([&] { const FolderLock lock(folder.path(), {milliseconds(5), std::chrono::hours(1)}, job); });
    CHECK(error.kind() == ErrorKind::pending);
    CHECK_THAT(error.message(), Contains("on 'node9', since 2"));
  }
  SECTION("is given back") {
    const std::jthread end([&] {
      std::this_thread::sleep_for(milliseconds(10));
      std::filesystem::remove(folder / "lock");
    });
    const FolderLock lock(folder.path(), {milliseconds(5), std::chrono::hours(1)}, job);
    lock.require_held();
  }
}

TEST_CASE("a lock that cannot be read is of somebody unknown") {
  const TempFolder folder;
  Job job;
  folder.file("lock", GENERATE("", "{", "[1]", R"({"id": "../../x", "process": "one", "place": 7})"));
  CHECK(pulse_of(*read_lock(folder / "lock")) == Pulse::unknown);
  CHECK(text_of(*read_lock(folder / "lock")) == "a process unknown");
  const FolderLock lock(folder.path(), quick, job);
  lock.require_held();
}

TEST_CASE("a lock is no link") {
  const TempFolder folder;
  Job job;
  folder.file("elsewhere", lock_text(somebody_gone()));
  std::filesystem::create_symlink(folder / "elsewhere", folder / "lock");
  const Error error = error_of([&] { const FolderLock lock(folder.path(), quick, job); });
  CHECK(error.kind() == ErrorKind::io);
  CHECK_THAT(error.message(), Contains("reading the lock '") && Contains("Too many levels of symbolic links"));
}

TEST_CASE("waiting for a holder elsewhere can be stopped") {
  const TempFolder folder;
  folder.file("lock", lock_text(elsewhere()));
  std::stop_source stop;
  Job job;
  job.stop = stop.get_token();
  stop.request_stop();
  const Error error = error_of([&] { const FolderLock lock(folder.path(), {milliseconds(5), std::chrono::hours(1)}, job); });
  CHECK(error.kind() == ErrorKind::interrupted);
}

TEST_CASE("a holder's heart beats") {
  const TempFolder folder;
  Job job;
  const FolderLock lock(folder.path(), {milliseconds(1), milliseconds(60)}, job);
  const timespec first = read_lock(folder / "lock")->beat;
  const auto has_moved = [&] {
    const timespec now = read_lock(folder / "lock")->beat;
    return now.tv_sec != first.tv_sec || now.tv_nsec != first.tv_nsec;
  };
  while (!has_moved()) std::this_thread::sleep_for(milliseconds(1));
  SUCCEED();
}

TEST_CASE("who lost the lock sends nothing more") {
  const TempFolder folder;
  const auto place = folder / "run";
  auto journal = open_journal(place);
  journal->plan(some_batch("a"));
  journal->plan(some_batch("b"));
  journal->sending("a");
  folder.file("new", lock_text(elsewhere()));
  std::filesystem::rename(folder / "new", place / "lock");
  const Error sending = error_of([&] { journal->sending("b"); });
  CHECK(sending.kind() == ErrorKind::pending);
  CHECK_THAT(sending.message(), Contains("was taken over while this process slept: process ") && Contains("on 'node9'"));
  const Error submitted = error_of([&] { journal->submitted("a", "query-1"); });
  CHECK(submitted.kind() == ErrorKind::pending);
  CHECK_THAT(submitted.message(), Contains("query 'query-1' was accepted and cannot be recorded: the journal '"));
  journal.reset();
  CHECK(read_lock(place / "lock")->host == "node9");  // the other's lock is left alone
}

TEST_CASE("of several rivals for a lock one is in at a time") {
  for (int round = 0; round < 6; ++round) {
    const TempFolder folder;
    if (round % 2 == 0) folder.file("lock", lock_text(round % 4 == 0 ? somebody_gone() : elsewhere()));
    std::vector<pid_t> rivals;
    for (int i = 0; i < 8; ++i) {
      const pid_t child = fork();
      if (child == 0) be_a_rival(folder.path(), i % 2 == 0);
      rivals.push_back(child);
    }
    for (const pid_t rival : rivals) {
      int status = 0;
      waitpid(rival, &status, 0);
      CHECK(WIFEXITED(status));
      CHECK(WEXITSTATUS(status) == 0);
    }
  }
}
