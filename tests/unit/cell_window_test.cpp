// SPDX-License-Identifier: Apache-2.0
#include "cell_window.hpp"

#include <random>

#include "support/catch.hpp"
#include "support/workers.hpp"

using namespace gemflow;

namespace {

/// Entries gene by gene, some twice, some zero; a few or all of them no small counts.
struct Made {
  std::vector<std::int32_t> cells;
  std::vector<double> values;
  std::vector<std::int64_t> ends;
  std::vector<std::int64_t> offsets;
  std::vector<std::vector<std::pair<std::int32_t, double>>> rows;  ///< what each cell must hold, in order
};

Made make(std::int32_t n_cells, std::int32_t n_genes, unsigned odd_one_in) {
  std::mt19937 random(3);
  Made made;
  made.rows.resize(static_cast<std::size_t>(n_cells));
  for (std::int32_t gene = 0; gene < n_genes; ++gene) {
    for (auto i = random() % 60; gene % 7 != 3 && i > 0; --i) {
      const auto cell = static_cast<std::int32_t>(random() % static_cast<unsigned>(n_cells));
      double value = static_cast<double>(random() % 70'000);  // 0 and what passes 16 bits among them
      if (random() % odd_one_in == 0) value += 0.25;
      made.cells.push_back(cell);
      made.values.push_back(value);
      made.rows[static_cast<std::size_t>(cell)].emplace_back(gene, value);
    }
    made.ends.push_back(static_cast<std::int64_t>(made.cells.size()));
  }
  made.offsets.push_back(0);
  for (const auto& row : made.rows) made.offsets.push_back(made.offsets.back() + static_cast<std::int64_t>(row.size()));
  return made;
}

GeneEntries all_of(const Made& made) { return {0, made.ends, made.cells, made.values}; }

bool holds(const CountChunk& counts, const Made& made, std::int64_t begin) {
  for (std::int64_t cell = 0; cell < counts.n_cells(); ++cell) {
    const CellCounts got = counts.cell(cell);
    const auto& row = made.rows[static_cast<std::size_t>(begin + cell)];
    if (got.genes.size() != row.size()) return false;
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (got.genes[i] != row[i].first || got.values[i] != row[i].second) return false;
    }
  }
  return true;
}

}  // namespace

TEST_CASE("entries gene by gene come out cell by cell, narrow or wide, whatever the window and the threads") {
  const Made made = make(900, 400, 50);
  CellWindow window;
  for (const bool wide : {false, true, false}) {
    for (const auto& [begin, end] : {std::pair<std::int64_t, std::int64_t>{0, 900}, {13, 640}, {899, 900}}) {
      test::Threads workers(begin == 13 ? 3 : 1);
      window.open(begin, end, made.offsets, wide);
      REQUIRE(window.put(all_of(made), workers));
      REQUIRE(window.seal());
      CountChunk counts;
      window.append(begin, begin + (end - begin) / 3, counts, workers);
      window.append(begin + (end - begin) / 3, end, counts, workers);
      CHECK(counts.n_cells() == end - begin);
      CHECK(holds(counts, made, begin));
    }
  }
}

TEST_CASE("a window of counts that are no small whole numbers says that it must be wide") {
  const Made made = make(300, 8'000, 1);
  REQUIRE(made.cells.size() > 150'000);
  CellWindow window;
  window.open(0, 300, made.offsets, false);
  CHECK_FALSE(window.put(all_of(made), calling_thread()));
  window.open(0, 300, made.offsets, true);
  CHECK(window.put(all_of(made), calling_thread()));
}

TEST_CASE("a window tells when there were fewer or more entries than was known") {
  const Made made = make(90, 40, 50);
  CellWindow window;
  for (const bool twice : {false, true}) {
    window.open(0, 90, made.offsets, false);
    for (int i = 0; i < (twice ? 2 : 0); ++i) REQUIRE(window.put(all_of(made), calling_thread()));
    CHECK_FALSE(window.seal());
  }
}
