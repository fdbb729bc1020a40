// SPDX-License-Identifier: Apache-2.0
#include "gemflow/ops/value_look.hpp"

#include <cmath>
#include <functional>
#include <limits>

#include "support/catch.hpp"
#include "support/chunks.hpp"
#include "support/some_counts.hpp"

using namespace gemflow;

namespace {

/// The counts with a function of the value and the cell's total in place of each value, as a float32 file would hold
/// it.
CountChunk changed(CountChunk counts, const std::function<double(double, double)>& change) {
  for (std::int64_t cell = 0; cell < counts.n_cells(); ++cell) {
    const double total = counts.total(cell);
    const auto begin = static_cast<std::size_t>(counts.offsets()[static_cast<std::size_t>(cell)]);
    const auto end = static_cast<std::size_t>(counts.offsets()[static_cast<std::size_t>(cell) + 1]);
    for (std::size_t i = begin; i < end; ++i) {
      counts.values_to_fill()[i] = static_cast<double>(static_cast<float>(change(counts.values()[i], total)));
    }
  }
  return counts;
}

std::string holds(const std::function<double(double, double)>& change) {
  return look_at_values(changed(test::some_counts(40, 500), change)).holds;
}

}  // namespace

TEST_CASE("whole numbers are raw counts, as floats and almost whole too") {
  CHECK(holds([](double x, double) { return x; }) == "raw counts");
  CHECK(holds([](double x, double) { return x + 9e-7; }) == "raw counts");
  CHECK(look_at_values(test::some_counts(40, 500)).is_counts());
  CHECK(look_at_values(test::counts({{0, 0}, {0, 0}})).holds == "zeros only");
  CHECK(look_at_values(test::counts({{0, 0}, {0, 0}})).is_counts());
  CHECK(look_at_values(CountChunk()).kind == ValueKind::zeros);
}

TEST_CASE("normalised values are recognised by the cells' sums") {
  CHECK(holds([](double x, double n) { return std::log1p(1e4 * x / n); }) == "log1p of counts per 10,000");
  CHECK(holds([](double x, double n) { return std::log1p(1e6 * x / n); }) == "log1p of counts per million (CPM)");
  CHECK(holds([](double x, double n) { return std::log2(1e6 * x / n + 1); }) ==
        "log2(x + 1) of counts per million (CPM)");
  CHECK(holds([](double x, double n) { return std::log1p(1234 * x / n); }) ==
        "log1p of counts normalised to 1,234 a cell");
  CHECK(holds([](double x, double n) { return 1e4 * x / n; }) == "counts per 10,000");
  CHECK(holds([](double x, double n) { return 1e6 * x / n; }) == "counts per million (CPM)");
  CHECK(holds([](double x, double n) { return x / n; }) == "fractions (each cell sums to 1)");
}

TEST_CASE("normalised values are recognised by their steps where genes were left out afterwards") {
  const auto some_genes = [](CountChunk counts) {
    CountChunk kept;
    kept.clear();
    for (std::int64_t cell = 0; cell < counts.n_cells(); ++cell) {
      const CellCounts all = counts.cell(cell);
      const std::size_t n = all.genes.size() / 2 + static_cast<std::size_t>(cell) % 40;
      kept.append(all.genes.first(std::min(n, all.genes.size())), all.values.first(std::min(n, all.genes.size())));
    }
    return kept;
  };
  const CountChunk counts = test::some_counts(40, 500);
  const auto look = [&](auto change) { return look_at_values(some_genes(changed(counts, change))); };
  CHECK(look([](double x, double n) { return std::log1p(1e4 * x / n); }).holds == "log1p of normalised counts");
  CHECK(look([](double x, double n) { return std::log2(1e4 * x / n + 1); }).holds ==
        "log2(x + 1) of normalised counts");
  CHECK(look([](double x, double n) { return 1e5 * x / n; }).holds == "normalised counts");
}

TEST_CASE("other things than counts are told from each other") {
  CHECK(holds([](double x, double) { return std::sqrt(std::sqrt(x + 0.1)); }).starts_with("log-transformed values"));
  CHECK(holds([](double x, double) { return x / (1000 + x * x); }) == "fractions (none is above 1)");
  CHECK(holds([](double x, double) { return x - 3; }) == "scaled values (some are negative)");
  CHECK(holds([](double x, double n) { return x > 5 ? x * (1 + 0.1 / n) : x; }) ==
        "estimated counts (of RSEM, salmon or an ambient correction)");
  CHECK(holds([](double x, double n) { return x * (20 + n / 1e5 + 1 / (x + 2)); }) ==
        "estimated counts (as tximport scales them) or FPKM");
  CHECK(holds([](double x, double) { return x / (x > 3 ? 0 : 1); }) == "values that are not finite");
  CHECK(holds([](double x, double) { return x > 3 ? std::nan("") : x; }) == "values that are not finite");
}

TEST_CASE("the look counts what is wrong") {
  const double infinity = std::numeric_limits<double>::infinity();
  const ValueLook look = look_at_values(test::counts({{1, 0.5, -2}, {infinity, 1e300, 0}}));
  CHECK(look.n_nonzeros == 5);
  CHECK(look.n_not_whole == 1);
  CHECK(look.n_negative == 1);
  CHECK(look.n_not_finite == 1);
  CHECK(look.largest == 1e300);
  CHECK(!look.is_counts());
}
