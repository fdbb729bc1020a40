// SPDX-License-Identifier: Apache-2.0
#include "gemflow/run/in_order.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "gemflow/core/error.hpp"
#include "support/catch.hpp"
#include "support/expect_error.hpp"
#include "support/said.hpp"

using namespace gemflow;

namespace {

struct Batch {
  int number = 0;
  int answer = 0;
};

/// Twenty batches; the earlier one is asked, the longer it takes, and batch `fails` (if any) fails.
struct SlowEcho {
  int fails = -1;
  int asked = 0;
  std::atomic<int> in_flight{0};
  std::atomic<int> most_in_flight{0};
  std::vector<int> taken;

  Steps<Batch> steps() {
    return {[this](Batch& batch) {
              batch.number = asked;
              return asked++ < 20;
            },
            [this](Batch& batch, Job& job) { ask(batch, job); },
            [this](Batch& batch) { taken.push_back(batch.answer); }};
  }

  void ask(Batch& batch, Job& job) {
    const int now = ++in_flight;
    for (int seen = most_in_flight; seen < now && !most_in_flight.compare_exchange_weak(seen, now);) {
    }
    std::this_thread::sleep_for(std::chrono::milliseconds((20 - batch.number) % 5));
    --in_flight;
    if (batch.number == fails) throw Error(ErrorKind::network, "the host does not answer");
    job.report->warning("batch " + std::to_string(batch.number));
    batch.answer = batch.number;
  }
};

}  // namespace

TEST_CASE("answers of a slow model are taken in the order of the questions") {
  const int max_in_flight = GENERATE(1, 2, 7, 100);
  SlowEcho echo;
  test::Said said;
  Job job;
  job.report = &said;
  in_order(max_in_flight, job, echo.steps());
  REQUIRE(echo.taken.size() == 20);
  for (int i = 0; i < 20; ++i) CHECK(echo.taken[static_cast<std::size_t>(i)] == i);
  CHECK(echo.most_in_flight <= max_in_flight);
  CHECK(said.warnings.size() == 20);
  CHECK(said.warnings[3] == "batch 3");
}

TEST_CASE("as many batches as may be in flight are asked at once, and share the memory") {
  std::mutex mutex;
  std::condition_variable all_there;
  int n_there = 0;
  std::vector<std::size_t> memory;
  const auto ask = [&](Batch&, Job& job) {
    std::unique_lock lock(mutex);
    memory.push_back(job.memory);
    if (++n_there == 3) all_there.notify_all();
    // Whoever comes alone gives up in the end, and fails below.
    all_there.wait_for(lock, std::chrono::seconds(20), [&] { return n_there == 3; });
    if (n_there < 3) throw Error(ErrorKind::internal, "asked one after the other");
  };
  int n_asked = 0;
  Job job;
  job.memory = 300;
  in_order<Batch>(3, job, {[&](Batch&) { return n_asked++ < 3; }, ask, [](Batch&) {}});
  CHECK(memory == std::vector<std::size_t>{100, 100, 100});
}

TEST_CASE("a failing batch ends the run after the batches before it, and nothing is taken behind it") {
  const int max_in_flight = GENERATE(1, 4);
  SlowEcho echo;
  echo.fails = 6;
  Job job;
  const Error error = error_of([&] { in_order(max_in_flight, job, echo.steps()); });
  CHECK(error.kind() == ErrorKind::network);
  CHECK(echo.taken.size() == 6);
  CHECK(echo.in_flight == 0);
}

TEST_CASE("a stop that is asked for is heard between batches") {
  const int max_in_flight = GENERATE(1, 3);
  std::stop_source stop;
  SlowEcho echo;
  Job job;
  job.stop = stop.get_token();
  Steps<Batch> steps = echo.steps();
  steps.take = [&](Batch& batch) {
    echo.taken.push_back(batch.answer);
    if (batch.number == 2) stop.request_stop();
  };
  const Error error = error_of([&] { in_order(max_in_flight, job, steps); });
  CHECK(error.kind() == ErrorKind::interrupted);
  CHECK(error.message() == "stopped before the end, as asked");
  CHECK(echo.taken.size() == 3);
}
