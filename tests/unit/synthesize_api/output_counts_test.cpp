// SPDX-License-Identifier: Apache-2.0
#include "synthesize_api/hosted/output_counts.hpp"

#include <vector>

#include "support/catch.hpp"
#include "support/chunks.hpp"

namespace gemflow::synthesize_api {
namespace {

using Rows = std::vector<std::vector<double>>;

Query asked(OutputCounts how, Task task = Task::generate) {
  Query query;
  query.task = task;
  query.options.output_counts = how;
  for (std::int64_t i = 0; i < 2; ++i) query.samples.push_back({0, -1, 0, i, 4});
  return query;
}

/// As a reply's reader gives them.
CountChunk decimals() {
  CountChunk counts = test::counts({{1.5, 0, 0.25, 2}, {0, 3e9, 0.75, 0.5}});
  counts.stored_type(ValueType::float64);
  return counts;
}

}  // namespace

TEST_CASE("decimals of a hosted model are rounded, kept, or rounded at random by the sample") {
  CountChunk rounded = decimals();
  fit_output_counts(rounded, asked(OutputCounts::rounded));
  CHECK(test::dense(rounded, 4) == Rows{{2, 0, 0, 2}, {0, 3e9, 1, 0}});
  CHECK(rounded.n_nonzeros() == 4);  // what became zero is no entry
  CHECK(rounded.stored_type() == ValueType::int64);

  CountChunk kept = decimals();
  fit_output_counts(kept, asked(OutputCounts::expected));
  CHECK(test::equal(kept, decimals()));
  CHECK(kept.stored_type() == ValueType::float64);

  CountChunk once = decimals();
  CountChunk again = decimals();
  fit_output_counts(once, asked(OutputCounts::unbiased));
  fit_output_counts(again, asked(OutputCounts::unbiased));
  CHECK(test::equal(once, again));
  CHECK((once.total(0) == 3 || once.total(0) == 4));
  Query of_others = asked(OutputCounts::unbiased);
  int n_different = 0;
  for (std::int64_t number = 1; number < 20; ++number) {
    for (Sample& sample : of_others.samples) sample.number = number;
    CountChunk other = decimals();
    fit_output_counts(other, of_others);
    n_different += test::equal(other, once) ? 0 : 1;
  }
  CHECK(n_different > 0);
}

TEST_CASE("whole counts of a hosted model stay what they are; expectations have one type in all replies") {
  for (const OutputCounts how : {OutputCounts::rounded, OutputCounts::unbiased, OutputCounts::expected}) {
    CountChunk counts = test::counts({{1, 0, 7}, {0, 0, 0}});
    counts.stored_type(ValueType::int32);
    fit_output_counts(counts, asked(how));
    CHECK(test::dense(counts, 3) == Rows{{1, 0, 7}, {0, 0, 0}});
    CHECK(counts.stored_type() == (how == OutputCounts::expected ? ValueType::float64 : ValueType::int32));
  }
  CountChunk sample = decimals();
  fit_output_counts(sample, asked(OutputCounts::rounded, Task::predict_metadata));
  CHECK(test::dense(sample, 4) == Rows{{2, 0, 0, 2}, {0, 3e9, 1, 0}});
}

}  // namespace gemflow::synthesize_api
