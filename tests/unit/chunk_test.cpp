// SPDX-License-Identifier: Apache-2.0
#include "gemflow/core/chunk.hpp"

#include <cmath>

#include "gemflow/core/slice.hpp"
#include "support/catch.hpp"
#include "support/chunks.hpp"

using namespace gemflow;

TEST_CASE("a chunk of counts is compressed rows") {
  CountChunk counts;
  CHECK(counts.n_cells() == 0);
  counts.clear(7);
  counts.append(std::vector<std::int32_t>{0, 2}, std::vector<double>{1, 5});
  counts.append_empty(1);
  CHECK(counts.first_cell() == 7);
  CHECK(counts.n_cells() == 2);
  CHECK(counts.n_nonzeros() == 2);
  CHECK(counts.cell(0).values[1] == 5);
  CHECK(counts.cell(1).genes.empty());
  CHECK(counts.total(0) == 6);
}

TEST_CASE("a column tells its rows as text") {
  const auto categories = std::make_shared<const std::vector<std::string>>(std::vector<std::string>{"B", "T"});
  CHECK(Column{"type", Labels{{1, -1}, categories}}.text_at(0) == "T");
  CHECK(Column{"type", Labels{{1, -1}, categories}}.text_at(1).empty());
  CHECK(Column{"x", std::vector<double>{0.1, std::nan("")}}.text_at(0) == "0.1");
  CHECK(Column{"x", std::vector<double>{0.1, std::nan("")}}.text_at(1).empty());
  CHECK(Column{"f", std::vector<bool>{true}}.text_at(0) == "True");
  CHECK(Column{"n", std::vector<std::int64_t>{-4}}.text_at(0) == "-4");
}

TEST_CASE("slices put together again are the whole") {
  const Chunk whole = test::small_chunk();
  Chunk together;
  for (std::int64_t cell = 0; cell < whole.n_cells(); ++cell) append(together, slice(whole, cell, cell + 1));
  CHECK(test::equal(whole, together));
}
