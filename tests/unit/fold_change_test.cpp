// SPDX-License-Identifier: Apache-2.0
#include "gemflow/ops/fold_change.hpp"

#include <cmath>

#include "gemflow/ops/log_cpm.hpp"
#include "support/catch.hpp"
#include "support/chunks.hpp"
#include "support/some_counts.hpp"
#include "support/workers.hpp"

using namespace gemflow;

TEST_CASE("log-CPM is the logarithm of one more than the share") {
  const CountChunk counts = test::counts({{1, 0, 3}, {0, 0, 0}});
  std::vector<double> out(2);
  log_cpm(counts.cell(0), 4, out);
  CHECK(out[0] == Approx(std::log(250'001.0)));
  CHECK(out[1] == Approx(std::log(750'001.0)));
  log_cpm(counts.cell(0), 4, out, per_ten_thousand);
  CHECK(out[0] == Approx(std::log(2'501.0)));
  log_cpm(counts.cell(0), 0, out);
  CHECK(out == std::vector<double>{0, 0});
  log_cpm(counts.cell(1), 0, {});
}

TEST_CASE("fold changes are differences of log2(CPM + 1)") {
  const CountChunk treated = test::counts({{2, 0, 2, 0}, {0, 0, 0, 0}, {1, 1, 0, 0}, {5, 0, 0, 0}});
  const CountChunk control = test::counts({{1, 3, 0, 0}, {1, 0, 0, 0}, {2, 2, 0, 0}, {0, 0, 0, 0}});
  const Layer layer = fold_change(treated, control, calling_thread());
  CHECK(layer.name == "log2fc");
  CHECK(layer.counts.stored_type() == ValueType::float32);
  const auto rows = test::dense(layer.counts, 4);
  CHECK(rows[0][0] == Approx(std::log2(500'001.0) - std::log2(250'001.0)));
  CHECK(rows[0][1] == Approx(-std::log2(750'001.0)));
  CHECK(rows[0][2] == Approx(std::log2(500'001.0)));
  for (std::size_t cell = 1; cell < 4; ++cell) CHECK(layer.counts.cell(static_cast<std::int64_t>(cell)).genes.empty());
}

TEST_CASE("fold changes are opposite the other way round and none against oneself, for any workers") {
  const CountChunk a = test::some_counts(70, 300, 1);
  const CountChunk b = test::some_counts(70, 300, 2);
  CHECK(fold_change(a, a, calling_thread()).counts.n_nonzeros() == 0);
  const Layer there = fold_change(a, b, calling_thread());
  Layer back = fold_change(b, a, calling_thread());
  for (double& value : back.counts.values_to_fill()) value = -value;
  CHECK(test::equal(there.counts, back.counts));
  test::Threads threads(3);
  CHECK(test::equal(there.counts, fold_change(a, b, threads).counts));
}
