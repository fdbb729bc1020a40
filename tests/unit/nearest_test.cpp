// SPDX-License-Identifier: Apache-2.0
#include "gemflow/core/nearest.hpp"

#include "support/catch.hpp"

using namespace gemflow;

using Names = std::vector<std::string>;

TEST_CASE("a mistyped name is answered with the nearest known ones, nearest first") {
  const Names known{"cell_type", "cell_line", "perturbation_type", "donor_id", "X", "counts"};
  CHECK(nearest_names("celltype", known).front() == "cell_type");
  CHECK(nearest_names("Cell-Type", known).front() == "cell_type");
  CHECK(nearest_names("cell_tpye", known).front() == "cell_type");
  CHECK(nearest_names("donorid", known) == Names{"donor_id"});
  CHECK(nearest_names("perturbation", known) == Names{"perturbation_type"});
  CHECK(nearest_names("count", known) == Names{"counts"});
  CHECK(nearest_names("x", known) == Names{"X"});
  CHECK(nearest_names("hepatocyte", known).empty());
  CHECK(nearest_names("q", known).empty());
}

TEST_CASE("equally near names keep their order and their number is limited") {
  const Names known{"sample1", "sample2", "sample3", "sample4"};
  CHECK(nearest_names("sample9", known, 2) == Names{"sample1", "sample2"});
  CHECK(nearest_names("sample3", known, 1) == Names{"sample3"});
}

TEST_CASE("a hint asks back, or lists what is known") {
  const Names known{"a1", "b2", "c3", "d4", "e5", "f6", "g7"};
  CHECK(did_you_mean("layers", Names{"layer"}) == "did you mean 'layer'?");
  CHECK(did_you_mean("sample5", Names{"sample1", "sample2"}) == "did you mean 'sample1' or 'sample2'?");
  CHECK(did_you_mean("zzzzzz", known) == "known are 'a1', 'b2', 'c3', 'd4', 'e5' and 2 more");
  CHECK(did_you_mean("zzzzzz", Names{"a", "b"}) == "known are 'a' and 'b'");
  CHECK(did_you_mean("x", {}).empty());
  CHECK(quoted_names(Names{"a\x1b[31m"}) == "'a[31m'");
}
