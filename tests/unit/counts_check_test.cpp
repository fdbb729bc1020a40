// SPDX-License-Identifier: Apache-2.0
#include "gemflow/ops/counts_check.hpp"

#include <cmath>
#include <limits>

#include "gemflow/core/in_memory.hpp"
#include "gemflow/core/slice.hpp"
#include "support/catch.hpp"
#include "support/chunks.hpp"
#include "support/expect_error.hpp"
#include "support/said.hpp"
#include "support/some_counts.hpp"
#include "support/workers.hpp"

using namespace gemflow;

namespace {

using Rows = std::vector<std::vector<double>>;

const Genes three_genes = test::genes({"ACTB", "CD3D", "LYZ"});

Chunk chunk_of(const Rows& rows) {
  Chunk chunk;
  chunk.counts = test::counts(rows);
  for (std::size_t i = 0; i < rows.size(); ++i) chunk.cell_names.push_back("cell" + std::to_string(i));
  return chunk;
}

CountsCheckOptions options_for(RoundInput round = RoundInput::error) {
  CountsCheckOptions options;
  options.file = "a.h5ad";
  options.round = round;
  return options;
}

Error refusal(const Rows& rows, CountsCheckOptions options = options_for()) {
  Chunk chunk = chunk_of(rows);
  CountsCheck check(three_genes, std::move(options));
  return error_of([&] { check.check(chunk, calling_thread()); });
}

/// The chunk after the check, and what was said at the end.
Rows passed(const Rows& rows, const CountsCheckOptions& options, std::vector<std::string>* warnings = nullptr) {
  Chunk chunk = chunk_of(rows);
  CountsCheck check(three_genes, options);
  check.check(chunk, calling_thread());
  test::Said said;
  check.finish(said);
  if (warnings != nullptr) *warnings = said.warnings;
  return test::dense(chunk.counts, 3);
}

}  // namespace

TEST_CASE("whole numbers pass untouched and nothing is said") {
  std::vector<std::string> warnings;
  const Rows rows{{1, 0, 2}, {0, 0, 0}, {16777217, 1e15, 3}};
  CHECK(passed(rows, options_for(), &warnings) == rows);
  CHECK(warnings.empty());
}

TEST_CASE("values within a millionth of a whole number are taken as whole, with one warning") {
  std::vector<std::string> warnings;
  const Rows found = passed({{1.0000005, 0, 2}, {0, 2.99999999, 1e-7}, {-1e-9, 0, 5}}, options_for(), &warnings);
  CHECK(found == Rows{{1, 0, 2}, {0, 3, 0}, {0, 0, 5}});
  CHECK(warnings == std::vector<std::string>{"4 values of 'X' of 'a.h5ad' miss a whole number by less than 0.000001 "
                                             "and were taken as whole"});
}

TEST_CASE("zeros that come of rounding are taken out") {
  Chunk chunk = chunk_of({{1e-9, 1, 0}, {0, 1e-9, 0}, {1, 2, 1e-9}});
  CountsCheck check(three_genes, options_for());
  check.check(chunk, calling_thread());
  CHECK(test::equal(chunk.counts, test::counts({{0, 1, 0}, {0, 0, 0}, {1, 2, 0}})));
}

TEST_CASE("what fails is named with matrix, gene, cell and value") {
  const Error error = refusal({{1, 0, 2}, {3, 2.5, 0}, {4, 0, 40}});
  CHECK(error.kind() == ErrorKind::input);
  CHECK(error.message() ==
        "'X' of 'a.h5ad' holds no raw counts: 16.7 % of its non-zero values are not whole, the first is 2.5 of gene "
        "'CD3D' in cell 'cell1'; it looks like estimated counts (of RSEM, salmon or an ambient correction)");
  CHECK(error.hint() == "estimated counts are taken with --round-input nearest, or stochastic, which keeps means");
}

TEST_CASE("negative and infinite values and NaN are refused, rounding or not") {
  const RoundInput round = GENERATE(RoundInput::error, RoundInput::nearest, RoundInput::stochastic);
  const Error negative = refusal({{1, 0, 2}, {0, -3, 0}}, options_for(round));
  CHECK(negative.message() ==
        "'X' of 'a.h5ad' holds no raw counts: 33.3 % of its non-zero values are negative, the first is -3 of gene "
        "'CD3D' in cell 'cell1'; it looks like scaled values (some are negative)");
  const double infinity = std::numeric_limits<double>::infinity();
  CHECK(refusal({{1, infinity, 2}}, options_for(round)).message() ==
        "'X' of 'a.h5ad' holds no raw counts: 33.3 % of its values are not finite, the first is inf of gene 'CD3D' in "
        "cell 'cell0'");
  CHECK(refusal({{1, 2, std::nan("")}}, options_for(round)).message().find("is nan of gene 'LYZ'") !=
        std::string::npos);
}

TEST_CASE("the share counts the values of the chunks before") {
  CountsCheck check(three_genes, options_for());
  Chunk whole = chunk_of({{1, 2, 3}, {4, 5, 6}, {7, 8, 9}});
  check.check(whole, calling_thread());
  Chunk broken = chunk_of({{0.5, 0, 0}});
  const Error error = error_of([&] { check.check(broken, calling_thread()); });
  CHECK(error.message().find("10.0 % of its non-zero values are not whole") != std::string::npos);
}

TEST_CASE("the hint says where the same file holds raw counts") {
  CountsCheckOptions options = options_for();
  std::string where;
  options.find_raw_counts = [&] { return where; };
  const Rows logs{{0.5, 0, 1.1}, {0, 2.2, 0}};
  where = "layers/counts";
  CHECK(refusal(logs, options).hint() == "raw counts are in layers/counts: use --layer counts");
  where = "raw/X";
  CHECK(refusal(logs, options).hint() == "raw counts are in raw/X: use --layer raw");
  where = "X";  // where they are not, as this very check found
  CHECK(refusal(logs, options).hint() ==
        "counts as they were before any normalisation are needed: gemflow inspect shows what each matrix holds");
}

TEST_CASE("estimated counts are rounded to the nearest, ties to even") {
  std::vector<std::string> warnings;
  const Rows found = passed({{1.4, 0, 2.5}, {0, 0.3, 3.5}, {1, 100, 7}}, options_for(RoundInput::nearest), &warnings);
  CHECK(found == Rows{{1, 0, 2}, {0, 0, 4}, {1, 100, 7}});
  CHECK(warnings == std::vector<std::string>{"4 of 7 values of 'X' of 'a.h5ad' were not whole and were rounded"});
}

TEST_CASE("logarithms and fractions are not rounded to counts") {
  const Error error = refusal({{0.7, 0, 1.1}, {0, 2.2, 9.1}}, options_for(RoundInput::nearest));
  CHECK(error.message().find("the first is 0.7 of gene 'ACTB'") != std::string::npos);
  CHECK(error.message().find("it looks like log-transformed values (none is above 9.1)") != std::string::npos);
}

TEST_CASE("a few cells that look like logarithms are judged by their file's first values, where these are told") {
  const Rows small{{4.4, 0, 1.1}, {0, 2.2, 0}};
  CountsCheckOptions options = options_for(RoundInput::nearest);
  CHECK(refusal(small, options).message().find("it looks like log-transformed values") != std::string::npos);
  options.may_be_rounded = [] { return true; };
  CHECK(passed(small, options) == Rows{{4, 0, 1}, {0, 2, 0}});
  options.may_be_rounded = [] { return false; };
  CHECK(refusal(small, options).message().find("it looks like log-transformed values") != std::string::npos);
}

TEST_CASE("stochastic rounding keeps the mean and depends on seed, cell and gene alone") {
  CountsCheckOptions options = options_for(RoundInput::stochastic);
  const std::int64_t n_cells = 4000;
  const Genes genes = test::genes(std::vector<std::string>(40, "g"));
  Chunk whole;
  whole.counts = test::some_counts(n_cells, 40);
  double before = 0;
  for (double& value : whole.counts.values_to_fill()) before += value = value > 1 ? value + 0.3 : value;

  const auto rounded = [&](std::int64_t cells_a_chunk, Workers& workers) {
    CountsCheck check(genes, options);
    Chunk together;
    for (std::int64_t begin = 0; begin < n_cells; begin += cells_a_chunk) {
      Chunk piece = slice(whole, begin, std::min(n_cells, begin + cells_a_chunk));
      check.check(piece, workers);
      append(together, piece);
    }
    return together;
  };
  const Chunk once = rounded(n_cells, calling_thread());
  double after = 0;
  for (const double value : once.counts.values()) after += value;
  CHECK(after == Approx(before).epsilon(0.001));
  test::Threads threads(3);
  CHECK(test::equal(once, rounded(17, threads)));
  options.seed = 1;
  CHECK(!test::equal(once, rounded(n_cells, calling_thread())));
}

TEST_CASE("many threads find the same first fault and the same number of near misses") {
  const Genes genes = test::genes(std::vector<std::string>(500, "g"));
  Chunk chunk;
  chunk.counts = test::some_counts(3000, 500);
  const auto values = chunk.counts.values_to_fill();
  for (std::size_t i = 0; i < values.size(); i += 3) values[i] += 1e-9;
  values[200'000] = 0.5;
  values[400'000] = 0.25;
  const auto message = [&](Workers& workers) {
    Chunk copy = chunk;
    CountsCheck check(genes, options_for());
    return error_of([&] { check.check(copy, workers); }).message();
  };
  test::Threads threads(4);
  CHECK(message(threads) == message(calling_thread()));
  CHECK(message(threads).find("the first is 0.5 of") != std::string::npos);
  values[200'000] = values[400'000] = 1;
  CountsCheck check(genes, options_for());
  check.check(chunk, threads);
  CHECK(check.n_taken_as_whole() == static_cast<std::int64_t>((values.size() + 2) / 3));
}

TEST_CASE("a checked reader warns once, at the end of its first round") {
  Chunk cells = chunk_of({{1.0000001, 0, 2}, {0, 3, 0}});
  const auto reader = read_memory(cells, three_genes);
  test::Said said;
  Job job;
  job.report = &said;
  const auto checked = check_counts(*reader, options_for(), job);
  CHECK(checked->n_cells() == 2);
  CHECK(checked->matrix() == "X");
  for (int round = 0; round < 2; ++round) {
    Chunk chunk;
    Limit one_cell;
    one_cell.cells = 1;
    while (checked->next(chunk, one_cell)) CHECK(look_at_values(chunk.counts).n_not_whole == 0);
    checked->rewind();
  }
  CHECK(said.warnings.size() == 1);
  CHECK(said.warnings[0].starts_with("1 values"));
}

TEST_CASE("a matrix without any counts is worth a warning") {
  std::vector<std::string> warnings;
  CHECK(passed({{0, 0, 0}, {0, 0, 0}}, options_for(), &warnings) == Rows{{0, 0, 0}, {0, 0, 0}});
  CHECK(warnings == std::vector<std::string>{"'X' of 'a.h5ad' holds no counts at all: all of its 2 cells are empty"});
}
