// SPDX-License-Identifier: Apache-2.0
#include "gemflow/ops/group_changes.hpp"

#include <cmath>

#include "support/catch.hpp"
#include "support/chunks.hpp"
#include "support/expect_error.hpp"

using namespace gemflow;

TEST_CASE("means of groups are compared gene by gene, the largest change first") {
  const CountChunk treated = test::counts({{3, 1, 0, 0}, {1, 1, 2, 0}, {0, 0, 0, 0}, {0, 0, 0, 7}});
  const CountChunk control = test::counts({{1, 1, 0, 0}, {0, 2, 2, 0}, {1, 0, 0, 0}, {0, 0, 0, 5}});
  GroupChanges changes(4, 1'000'000);
  changes.add({"b", ""}, treated.cell(3), control.cell(3));  // the same profile: nothing changes
  for (std::int64_t cell = 0; cell < 3; ++cell) changes.add({"a", ""}, treated.cell(cell), control.cell(cell));

  // Of two pairs (the third has no counts). Counts per million, treated: gene 0 750,000 and 250,000, gene 1 250,000 twice, gene
  // 2 none and 500,000; control: 500,000 and none, 500,000 twice, none and 500,000.
  const std::vector<GeneChange> top = changes.top(3);
  REQUIRE(top.size() == 2);
  CHECK(top[0].name.group == "a");
  CHECK(top[0].rank == 1);
  CHECK(top[0].gene == 0);
  CHECK(top[0].mean_treated == 500'000);
  CHECK(top[0].mean_control == 250'000);
  CHECK(top[0].log2fc == Approx(std::log2(500'001.0 / 250'001)));
  CHECK(top[0].n_cells == 2);
  CHECK(top[1].rank == 2);
  CHECK(top[1].gene == 1);
  CHECK(top[1].mean_treated == 250'000);
  CHECK(top[1].mean_control == 500'000);
  CHECK(top[1].log2fc == -top[0].log2fc);
  CHECK(changes.top(1).size() == 1);
}

TEST_CASE("cells without partners are compared by their means alone") {
  const CountChunk cells = test::counts({{1, 0}, {1, 1}, {0, 1}, {0, 0}});
  GroupChanges changes(2, 1'000'000);
  changes.add_control({"a", "x"}, cells.cell(0));
  changes.add_treated({"a", "x"}, cells.cell(1));
  changes.add_treated({"a", "x"}, cells.cell(2));
  changes.add_treated({"a", "x"}, cells.cell(3));
  changes.add_treated({"a", "y"}, cells.cell(2));  // nothing to compare with
  const std::vector<GeneChange> top = changes.top(9);
  REQUIRE(top.size() == 2);
  CHECK(top[0].gene == 1);
  CHECK(top[0].mean_treated == 750'000);
  CHECK(top[0].mean_control == 0);
  CHECK(top[0].n_cells == 2);
  CHECK(top[1].name.condition == "x");
}

TEST_CASE("more groups than fit the memory are refused with their number") {
  const CountChunk cells = test::counts({{1, 2}});
  GroupChanges changes(2, 64);
  changes.add_treated({"a", ""}, cells.cell(0));
  changes.add_treated({"b", ""}, cells.cell(0));
  const Error error = error_of([&] { changes.add_treated({"c", ""}, cells.cell(0)); });
  CHECK(error.kind() == ErrorKind::memory);
  CHECK(error.message() == "comparing groups of cells: there are more than the 2 groups of 2 genes that fit the memory");
}
