// SPDX-License-Identifier: Apache-2.0
#include "gemflow/run/workers.hpp"

#include <atomic>
#include <stdexcept>
#include <vector>

#include "support/catch.hpp"

using namespace gemflow;

TEST_CASE("each task runs once, on any number of cores, round after round") {
  const int count = GENERATE(1, 2, 5);
  const auto workers = start_workers(count);
  CHECK(workers->count() == count);
  for (int round = 0; round < 50; ++round) {
    std::vector<std::atomic<int>> runs(97);
    workers->each(97, [&](std::int64_t i) { ++runs[static_cast<std::size_t>(i)]; });
    for (const auto& n : runs) REQUIRE(n == 1);
  }
  workers->each(0, [](std::int64_t) { FAIL("there is nothing to do"); });
}

TEST_CASE("a task's exception is thrown to the caller, and the workers go on") {
  const auto workers = start_workers(3);
  const auto fail = [](std::int64_t i) {
    if (i == 11) throw std::runtime_error("the eleventh");
  };
  CHECK_THROWS_WITH(workers->each(100, fail), "the eleventh");
  std::atomic<int> runs{0};
  workers->each(10, [&](std::int64_t) { ++runs; });
  CHECK(runs == 10);
}

TEST_CASE("there is at least one CPU to use") { CHECK(usable_cpus() >= 1); }
