// SPDX-License-Identifier: Apache-2.0
#include "tidy_cells.hpp"

#include <map>
#include <random>

#include "gemflow/run/workers.hpp"
#include "support/catch.hpp"
#include "support/chunks.hpp"

using namespace gemflow;

namespace {

struct Entry {
  std::int32_t gene;
  double value;
};

/// A chunk as a careless file has it.
CountChunk untidy(const std::vector<std::vector<Entry>>& cells) {
  CountChunk counts;
  counts.clear();
  for (const auto& cell : cells) {
    std::vector<std::int32_t> genes;
    std::vector<double> values;
    for (const Entry& entry : cell) {
      genes.push_back(entry.gene);
      values.push_back(entry.value);
    }
    counts.append(genes, values);
  }
  return counts;
}

}  // namespace

TEST_CASE("genes are sorted, repeated ones added up, zeros dropped") {
  CellTidier tidier;
  CountChunk counts = untidy({{{2, 1}, {0, 3}}, {}, {{1, 1}, {1, 2}, {0, 0}}, {{0, 1}, {2, -1}, {2, 1}}, {{0, 4}}});
  CHECK(tidier.tidy(counts, 0, 3, calling_thread()) == -1);
  CHECK(test::equal(counts, test::counts({{3, 0, 1}, {0, 0, 0}, {0, 3, 0}, {1, 0, 0}, {4, 0, 0}})));
}

TEST_CASE("cells before the first are left alone") {
  CellTidier tidier;
  CountChunk counts = untidy({{{2, 1}, {0, 3}}, {{1, 1}, {0, 2}}});
  CHECK(tidier.tidy(counts, 1, 3, calling_thread()) == -1);
  CHECK(counts.genes()[0] == 2);
  CHECK(counts.genes()[2] == 0);
}

TEST_CASE("a gene outside is found in its cell") {
  CellTidier tidier;
  CountChunk beyond = untidy({{{0, 1}}, {}, {{1, 1}, {3, 1}}});
  CHECK(tidier.tidy(beyond, 0, 3, calling_thread()) == 2);
  CountChunk below = untidy({{{0, 1}}, {{-1, 1}}});
  CHECK(tidier.tidy(below, 0, 3, calling_thread()) == 1);
}

TEST_CASE("large chunks, tidy or with one fault anywhere, come out tidy") {
  std::mt19937 random(11);
  const auto workers = start_workers(3);
  for (int round = 0; round < 20; ++round) {
    std::vector<std::vector<Entry>> cells(400);
    for (auto& cell : cells) {
      for (std::int32_t gene = 0; gene < 1000; ++gene) {
        if (random() % 2 == 0) cell.push_back({gene, 1.0 + static_cast<double>(random() % 3)});
      }
      if (random() % 10 == 0) cell.clear();
    }
    std::vector<std::map<std::int32_t, double>> expected(cells.size());
    auto& faulty = cells[random() % cells.size()];
    if (round % 4 == 1 && faulty.size() > 1) std::swap(faulty[0], faulty[1]);
    if (round % 4 == 2 && faulty.size() > 1) faulty[1].gene = faulty[0].gene;
    if (round % 4 == 3 && !faulty.empty()) faulty.back().value = 0;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      for (const Entry& entry : cells[i]) {
        if (entry.value != 0) expected[i][entry.gene] += entry.value;
      }
    }
    CountChunk counts = untidy(cells);
    CellTidier tidier;
    REQUIRE(tidier.tidy(counts, 0, 1000, *workers) == -1);
    bool same = true;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const CellCounts cell = counts.cell(static_cast<std::int64_t>(i));
      same = same && cell.genes.size() == expected[i].size();
      std::size_t at = 0;
      for (const auto& [gene, value] : expected[i]) {
        same = same && at < cell.genes.size() && cell.genes[at] == gene && cell.values[at] == value;
        ++at;
      }
    }
    CHECK(same);
  }
}
