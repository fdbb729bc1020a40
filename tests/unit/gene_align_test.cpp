// SPDX-License-Identifier: Apache-2.0
// Counts to a model's genes and back: tried on shuffled genes against plain dense arithmetic.
#include <algorithm>
#include <numeric>

#include "gemflow/ops/gene_map.hpp"
#include "support/catch.hpp"
#include "support/chunks.hpp"
#include "support/genes.hpp"
#include "support/some_counts.hpp"
#include "support/workers.hpp"

using namespace gemflow;

namespace {

using Rows = std::vector<std::vector<double>>;

/// Numbers 0 to n - 1 in an order that the seed decides.
std::vector<int> shuffled(int n, std::uint64_t seed) {
  std::vector<int> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), 0);
  test::Dice dice(seed);
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[dice.below(i)]);
  return order;
}

Genes genes_of(const std::vector<int>& numbers) {
  Genes genes;
  for (const int number : numbers) genes.names.push_back(test::id(number));
  return genes;
}

CountChunk aligned(const GeneMap& map, const CountChunk& counts, Workers& workers = calling_thread()) {
  CountChunk out;
  map.align(counts, out, workers);
  return out;
}

CountChunk placed(const GeneMap& map, const CountChunk& answer, const CountChunk* own,
                  Workers& workers = calling_thread()) {
  CountChunk out;
  map.place(answer, own, out, workers);
  return out;
}

bool is_sorted(const CountChunk& counts) {
  for (std::int64_t cell = 0; cell < counts.n_cells(); ++cell) {
    const auto genes = counts.cell(cell).genes;
    if (std::adjacent_find(genes.begin(), genes.end(), std::greater_equal<>()) != genes.end()) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("there and back through a permutation is identity") {
  const int n = GENERATE(1, 63, 64, 65, 700);
  const CountChunk counts = test::some_counts(50, n);
  const GeneMap map = map_genes(genes_of(shuffled(n, 1)), genes_of(shuffled(n, 2)));
  const CountChunk there = aligned(map, counts);
  CHECK(is_sorted(there));
  CHECK(there.n_nonzeros() == counts.n_nonzeros());
  CHECK(test::equal(placed(map, there, nullptr), counts));
  CHECK(test::equal(placed(map, there, &counts), counts));
}

TEST_CASE("aligned counts are those of dense arithmetic, genes lost and gained") {
  const std::vector<int> file = shuffled(500, 3);
  std::vector<int> model = shuffled(800, 4);
  model.resize(400);
  GeneMapOptions options;
  options.min_overlap = 0.1;
  const GeneMap map = map_genes(genes_of(file), genes_of(model), options);
  CountChunk counts = test::some_counts(60, 500);
  counts.stored_type(ValueType::int16);
  const CountChunk out = aligned(map, counts);
  const Rows before = test::dense(counts, 500);
  Rows expected(60, std::vector<double>(400));
  for (std::size_t cell = 0; cell < 60; ++cell) {
    for (std::size_t gene = 0; gene < 400; ++gene) {
      const auto row = std::find(file.begin(), file.end(), model[gene]) - file.begin();
      if (row < 500) expected[cell][gene] = before[cell][static_cast<std::size_t>(row)];
    }
  }
  CHECK(is_sorted(out));
  CHECK(test::dense(out, 400) == expected);
  CHECK(out.stored_type() == ValueType::int16);
}

TEST_CASE("genes that keep their order take the shorter way to the same result") {
  std::vector<int> file(300);
  std::iota(file.begin(), file.end(), 0);
  std::vector<int> model;
  for (int number = 0; number < 400; number += 3) model.push_back(number);
  const GeneMap map = map_genes(genes_of(file), genes_of(model));
  const CountChunk counts = test::some_counts(40, 300);
  const Rows before = test::dense(counts, 300);
  const Rows after = test::dense(aligned(map, counts), model.size());
  for (std::size_t cell = 0; cell < 40; ++cell) {
    for (std::size_t gene = 0; gene < model.size(); ++gene) {
      CHECK(after[cell][gene] == (model[gene] < 300 ? before[cell][static_cast<std::size_t>(model[gene])] : 0.0));
    }
  }
}

TEST_CASE("any number of workers and any chunking give the same") {
  const GeneMap map = map_genes(genes_of(shuffled(700, 5)), genes_of(shuffled(700, 6)));
  const CountChunk counts = test::some_counts(333, 700);
  const CountChunk once = aligned(map, counts);
  test::Threads threads(GENERATE(1, 2, 5));
  CHECK(test::equal(aligned(map, counts, threads), once));
  CHECK(test::equal(placed(map, once, &counts, threads), counts));
  CountChunk together;
  together.clear();
  CountChunk out;
  for (std::int64_t cell = 0; cell < counts.n_cells(); ++cell) {
    CountChunk one;
    one.clear(cell);
    one.append(counts.cell(cell).genes, counts.cell(cell).values);
    map.align(one, out, threads);
    CHECK(out.number(0) == cell);
    together.append(out.cell(0).genes, out.cell(0).values);
  }
  CHECK(test::equal(together, once));
}

TEST_CASE("rows that repeat are summed and their totals kept") {
  std::vector<int> file = shuffled(200, 7);
  for (std::size_t i = 0; i < 60; ++i) file.push_back(file[i]);
  GeneMapOptions options;
  options.duplicates = Duplicates::sum;
  const GeneMap map = map_genes(genes_of(file), genes_of(shuffled(200, 8)), options);
  const CountChunk counts = test::some_counts(80, 260);
  const CountChunk out = aligned(map, counts);
  CHECK(is_sorted(out));
  for (std::int64_t cell = 0; cell < 80; ++cell) CHECK(out.total(cell) == counts.total(cell));
  test::Threads threads(3);
  CHECK(test::equal(aligned(map, counts, threads), out));
  // Back again: the first row of each gene holds the sum, the others nothing.
  const CountChunk back = placed(map, out, &counts);
  for (std::int64_t cell = 0; cell < 80; ++cell) CHECK(back.total(cell) == counts.total(cell));
  for (const std::int32_t row : back.genes()) CHECK(row < 200);
}

TEST_CASE("what the model lacks keeps the cell's own counts, what the file lacks is dropped") {
  const Genes file = test::genes({"ACTB", "B2M", "LYZ"});
  const Genes model = test::genes({"LYZ", "NKG7", "ACTB"});
  const GeneMap map = map_genes(file, model);
  const CountChunk own = test::counts({{1, 7, 2}, {0, 5, 0}});
  const CountChunk answer = test::counts({{10, 100, 20}, {0, 3, 4}});
  CHECK(test::dense(placed(map, answer, &own), 3) == Rows{{20, 7, 10}, {4, 5, 0}});
  CHECK(test::dense(placed(map, answer, nullptr), 3) == Rows{{20, 0, 10}, {4, 0, 0}});
  CHECK(map.measured() == std::vector<bool>{true, false, true});
}

TEST_CASE("of the first of several rows the others keep their own counts") {
  GeneMapOptions options;
  options.duplicates = Duplicates::first;
  const GeneMap map = map_genes(test::genes({"LYZ", "ACTB", "LYZ"}), test::genes({"ACTB", "LYZ"}), options);
  const CountChunk own = test::counts({{1, 2, 3}});
  CHECK(test::dense(aligned(map, own), 2) == Rows{{2, 1}});
  CHECK(test::dense(placed(map, test::counts({{20, 10}}), &own), 3) == Rows{{10, 20, 3}});
}

TEST_CASE("no cells, empty cells and any genes pass through") {
  const GeneMap map = map_genes(test::genes({"LYZ", "ACTB"}), test::genes({"ACTB", "LYZ"}));
  CHECK(aligned(map, CountChunk()).n_cells() == 0);
  CHECK(test::dense(aligned(map, test::counts({{0, 0}, {1, 0}, {0, 0}})), 2) == Rows{{0, 0}, {0, 1}, {0, 0}});
  ModelCard card;
  card.any_genes = true;
  const CountChunk counts = test::some_counts(5, 30);
  const GeneMap any = map_genes(genes_of(shuffled(30, 1)), card);
  CHECK(test::equal(aligned(any, counts), counts));
  CHECK(test::equal(placed(any, counts, &counts), counts));
  CHECK(any.measured().empty());
}
