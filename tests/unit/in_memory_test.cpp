// SPDX-License-Identifier: Apache-2.0
#include "gemflow/core/in_memory.hpp"

#include "gemflow/core/slice.hpp"
#include "support/catch.hpp"
#include "support/chunks.hpp"

using namespace gemflow;

TEST_CASE("what is read from memory in any chunks is written whole") {
  const Chunk whole = test::small_chunk();
  const std::int64_t cells_a_chunk = GENERATE(1, 2, 3, 100);
  const auto reader = read_memory(whole, test::genes({"g0", "g1", "g2"}));
  Written written;
  const auto writer = write_memory(written);
  writer->genes(reader->genes());
  Limit limit;
  limit.cells = cells_a_chunk;
  for (int pass = 0; pass < 2; ++pass) {
    written.cells.clear();
    Chunk chunk;
    while (reader->next(chunk, limit)) writer->append(chunk);
    CHECK(test::equal(whole, written.cells));
    reader->rewind();
  }
  CHECK(!written.finished);
  writer->finish({"convert", {}});
  CHECK(written.finished);
}

TEST_CASE("a chunk holds at least one cell, however many non-zeros that has") {
  const auto reader = read_memory(test::small_chunk(), test::genes({"g0", "g1", "g2"}));
  Limit limit;
  limit.nonzeros = 1;
  Chunk chunk;
  std::int64_t cells = 0;
  while (reader->next(chunk, limit)) cells += chunk.n_cells();
  CHECK(cells == 4);
}
