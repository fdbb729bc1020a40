// SPDX-License-Identifier: Apache-2.0
#include "gemflow/run/plan.hpp"

#include "support/catch.hpp"

using namespace gemflow;

TEST_CASE("tasks cover each row once, in tasks of one size") {
  const auto tasks = plan_tasks({10, 100, 50, false}, {4, 600, 0, false, false});
  REQUIRE(tasks.size() == 3);
  CHECK(tasks[0].begin == 0);
  CHECK(tasks[0].end == 4);
  CHECK(tasks[1].end == 8);
  CHECK(tasks[2].begin == 8);
  CHECK(tasks[2].end == 10);
  CHECK(plan_tasks({0, 100, 0, false}, {}).empty());
}

TEST_CASE("a task is as long as it may be, and its seconds say so") {
  const PlanFile file{1'000'000, 30'000, 2'000'000'000, false};
  PlanOptions options;
  options.n_model_genes = 20'000;
  const auto tasks = plan_tasks(file, options);
  REQUIRE(tasks.size() > 5);
  std::int64_t end = 0;
  for (const PlannedTask& task : tasks) {
    CHECK(task.begin == end);
    CHECK(task.seconds <= 601);
    CHECK(task.bytes_to_send == 0);
    end = task.end;
  }
  CHECK(end == 1'000'000);
  CHECK(tasks.front().seconds > 500);
  options.predicts = true;
  CHECK(2 * plan_tasks(file, options).size() < tasks.size());
  options.predicts = false;
  options.seconds_per_task = 1200;
  CHECK(plan_tasks(file, options).size() < tasks.size());
  options.seconds_per_task = 1;  // less than it takes to begin: a few cells at once all the same
  CHECK(plan_tasks({5, 30'000, 10'000, false}, options).size() == 1);
}

TEST_CASE("what is not known is taken for much: values of a table, genes of a hosted model") {
  const PlannedTask sparse = plan_tasks({1000, 30'000, 1'000'000, false}, {1000, 600, 20'000, false, false}).front();
  const PlannedTask unknown = plan_tasks({1000, 30'000, -1, false}, {1000, 600, 20'000, false, false}).front();
  CHECK(unknown.seconds > sparse.seconds);

  const PlannedTask hosted = plan_tasks({1000, 30'000, 1'000'000, false}, {1000, 600, 0, true, false}).front();
  // 1,000 zeros and commas a cell at least, of a usual 20,000 genes, and a digit more for each of its 1,000 non-zeros.
  CHECK(hosted.bytes_to_send == 1000 * (1024 + 2 * 20'000 + 1000));
  CHECK(hosted.memory_mb > sparse.memory_mb);
}

TEST_CASE("a file that lies gene by gene needs room to be turned, within bounds") {
  const PlanOptions options;
  const std::int64_t rows = plan_tasks({1000, 100, 1000, false}, options).front().memory_mb;
  CHECK(plan_tasks({1000, 100, 1000, true}, options).front().memory_mb == rows + 192);
  CHECK(plan_tasks({1'000'000, 30'000, 3'000'000'000, true}, options).front().memory_mb == rows + 1024);
}
