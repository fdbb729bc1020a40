// SPDX-License-Identifier: Apache-2.0
#include "turned_counts.hpp"

#include <csignal>
#include <map>
#include <random>

#include <sys/resource.h>

#include "support/catch.hpp"
#include "support/chunks.hpp"
#include "support/expect_error.hpp"

using namespace gemflow;
using Catch::Matchers::Contains;
using Rows = std::vector<std::vector<double>>;

namespace {

constexpr std::int32_t n_cells = 97;
constexpr std::int32_t n_genes = 61;

/// Entries gene by gene, or in any order, with some that name a place twice and some that are zero.
template <typename Add>
Rows make_entries(bool gene_by_gene, Add add) {
  std::mt19937 random(11);
  Rows rows(n_cells, std::vector<double>(n_genes));
  for (int i = 0; i < 9000; ++i) {
    const auto gene =
        static_cast<std::int32_t>(gene_by_gene ? i * n_genes / 9000 : static_cast<int>(random() % n_genes));
    const auto cell = static_cast<std::int32_t>(random() % n_cells);
    const auto value = static_cast<double>(random() % 4);
    rows[static_cast<std::size_t>(cell)][static_cast<std::size_t>(gene)] += value;
    add(cell, gene, value);
  }
  return rows;
}

CountChunk all_of(TurnedCounts& turned, const Limit& limit) {
  CountChunk counts;
  counts.clear();
  while (const std::int64_t n = turned.n_that_fit(limit)) turned.take(n, counts);
  return counts;
}

bool is_ascending(const CountChunk& counts) {
  for (std::int64_t cell = 0; cell < counts.n_cells(); ++cell) {
    const auto genes = counts.cell(cell).genes;
    if (std::adjacent_find(genes.begin(), genes.end(), std::greater_equal<>()) != genes.end()) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("entries in any order come out cell by cell, whatever the memory and the limit") {
  for (const bool gene_by_gene : {true, false}) {
    for (const std::size_t memory : {std::size_t{1} << 30, std::size_t{1}}) {  // nothing spilled; nine runs
      Job job;
      job.memory = memory;
      TurnedCounts turned(n_cells, job);
      const Rows expected = make_entries(gene_by_gene, [&](auto... entry) { turned.add(entry...); });
      turned.seal();
      for (const Limit limit : {Limit{}, Limit{1, 1}, Limit{10, 200}}) {
        const CountChunk counts = all_of(turned, limit);
        CHECK(test::dense(counts, n_genes) == expected);
        CHECK(is_ascending(counts));
        turned.rewind();
      }
    }
  }
}

TEST_CASE("a chunk keeps within its limit, and a cell that is larger comes alone") {
  const Job job;
  TurnedCounts turned(4, job);
  for (std::int32_t gene = 0; gene < 5; ++gene) turned.add(1, gene, 1);
  turned.add(0, 2, 1);
  turned.add(3, 2, 1);
  turned.seal();
  CountChunk counts;
  counts.clear();
  CHECK(turned.n_that_fit({100, 3}) == 1);
  turned.take(1, counts);
  CHECK(turned.n_that_fit({100, 3}) == 1);
  turned.take(1, counts);
  CHECK(turned.n_that_fit({100, 3}) == 2);
  turned.take(2, counts);
  CHECK(turned.n_that_fit({100, 3}) == 0);
  CHECK(counts.n_nonzeros() == 7);
}

TEST_CASE("without cells there is nothing to take") {
  const Job job;
  TurnedCounts turned(0, job);
  turned.seal();
  CHECK(turned.n_that_fit({}) == 0);
}

TEST_CASE("a scratch folder that is absent or full is an io error that names it") {
  Job job;
  job.memory = 1;
  job.scratch = "/nowhere/at/all";
  const auto fill = [&] {
    TurnedCounts turned(1, job);
    for (std::int32_t gene = 0; gene < 100'000; ++gene) turned.add(0, gene, 1);
  };
  const gemflow::Error absent = error_of(fill);
  CHECK(absent.kind() == ErrorKind::io);
  CHECK_THAT(absent.message(), Contains("making a scratch file in '/nowhere/at/all': No such file"));
  CHECK(absent.hint() == "choose another folder: --scratch DIR");

  job.scratch = "/tmp";
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const rlimit small{64 * 1024, before.rlim_max};
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  setrlimit(RLIMIT_FSIZE, &small);
  const gemflow::Error full = error_of(fill);
  setrlimit(RLIMIT_FSIZE, &before);
  static_cast<void>(std::signal(SIGXFSZ, handler));
  CHECK_THAT(full.message(), Contains("writing a scratch file in '/tmp': File too large"));
}
