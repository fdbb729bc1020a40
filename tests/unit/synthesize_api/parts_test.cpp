// SPDX-License-Identifier: Apache-2.0
#include "synthesize_api/hosted/parts.hpp"

#include "support/catch.hpp"
#include "support/chunks.hpp"

using namespace gemflow;
using namespace gemflow::synthesize_api;

namespace {

using Rows = std::vector<std::int64_t>;

Query cells(const std::vector<std::vector<double>>& rows, std::int64_t position) {
  Query query;
  query.task = Task::predict_metadata;
  query.position = position;
  query.counts = test::counts(rows, position);
  query.options.seed = 42;
  return query;
}

/// Three samples of each of two conditions; the second has a seed of its own.
Query two_conditions(std::uint64_t second_seed) {
  Query query;
  query.task = Task::generate;
  query.options.seed = 42;
  query.conditions.resize(2);
  for (std::int32_t condition = 0; condition < 2; ++condition) {
    for (std::int64_t replicate = 0; replicate < 3; ++replicate) {
      query.samples.push_back({condition, -1, condition, replicate, condition == 0 ? 42 : second_seed});
    }
  }
  return query;
}

}  // namespace

TEST_CASE("the first body of a run has the caller's seed, later ones a function of it and of where they stand") {
  const std::vector<Part> first = parts_of(cells({{1, 2}, {3, 4}}, 0));
  REQUIRE(first.size() == 1);
  CHECK(first[0].seed == 42);
  CHECK(first[0].rows == Rows{0, 1});

  const std::vector<Part> later = parts_of(cells({{1, 2}, {3, 4}}, 50));
  CHECK(later[0].seed != 42);
  CHECK(later[0].seed <= 0x7fffffff);
  CHECK(later[0].position == 50);
  CHECK(later[0].seed == parts_of(cells({{9, 9}}, 50))[0].seed);
  CHECK(later[0].seed != parts_of(cells({{1, 2}}, 51))[0].seed);
}

TEST_CASE("cells without counts are not sent") {
  const std::vector<Part> parts = parts_of(cells({{0, 0}, {3, 4}, {0, 0}, {5, 0}}, 0));
  REQUIRE(parts.size() == 1);
  CHECK(parts[0].rows == Rows{1, 3});
  CHECK(parts[0].query.counts.n_cells() == 2);
  CHECK(parts[0].query.counts.total(1) == 5);
}

TEST_CASE("of a batch of nothing but empty cells one is asked, with one count: the answer's shape is the model's to say") {
  const std::vector<Part> parts = parts_of(cells({{0, 0}, {0, 0}}, 0));
  REQUIRE(parts.size() == 1);
  CHECK(parts[0].rows == Rows{0});
  CHECK(parts[0].query.counts.total(0) == 1);
}

TEST_CASE("samples of one seed go together; a condition's own seed goes as it is written") {
  const std::vector<Part> together = parts_of(two_conditions(42));
  REQUIRE(together.size() == 1);
  CHECK(together[0].seed == 42);
  CHECK(together[0].n_outputs() == 6);

  const std::vector<Part> apart = parts_of(two_conditions(7));
  REQUIRE(apart.size() == 2);
  CHECK(apart[0].seed == 42);
  CHECK(apart[1].seed == 7);
  CHECK(apart[1].rows == Rows{3, 4, 5});
  CHECK(apart[1].position == 1);
}

TEST_CASE("references without counts make no sample") {
  Query query;
  query.task = Task::condition;
  query.counts = test::counts({{1, 2}, {0, 0}, {3, 4}});
  query.conditions.resize(1);
  for (std::int64_t cell = 0; cell < 3; ++cell) query.samples.push_back({0, cell, cell, 0, 0});
  const std::vector<Part> parts = parts_of(query);
  REQUIRE(parts.size() == 1);
  CHECK(parts[0].rows == Rows{0, 2});
  CHECK(parts_of(cells({}, 0)).empty());
}

TEST_CASE("a half is what a batch cut there would have been") {
  const auto [left, right] = halves_of(parts_of(cells({{1}, {2}, {0}, {3}, {4}, {5}}, 100))[0]);
  CHECK(left.rows == Rows{0, 1});
  CHECK(right.rows == Rows{3, 4, 5});
  CHECK(right.position == 103);
  CHECK(right.query.counts.total(0) == 3);
  CHECK(left.seed == parts_of(cells({{1}, {2}}, 100))[0].seed);
  CHECK(right.seed == parts_of(cells({{3}, {4}, {5}}, 103))[0].seed);

  const auto [few, rest] = halves_of(parts_of(two_conditions(42))[0]);
  CHECK(few.seed == 42);
  CHECK(rest.seed != 42);
  CHECK(rest.position == 1);
  CHECK(rest.rows == Rows{3, 4, 5});
  const auto [quarter, half] = halves_of(few);
  CHECK(half.replicate == 1);
  CHECK(half.seed != few.seed);
}
