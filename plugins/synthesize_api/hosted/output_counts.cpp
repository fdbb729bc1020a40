// SPDX-License-Identifier: Apache-2.0
#include "synthesize_api/hosted/output_counts.hpp"

#include <algorithm>
#include <limits>
#include <vector>

#include "gemflow/ops/philox.hpp"
#include "gemflow/ops/rounding.hpp"

namespace gemflow::synthesize_api {
namespace {

/// Of the row's own sample, as a local model would draw.
Random random_of(const Query& asked, std::int64_t row) {
  if (asked.task == Task::predict_metadata) return {asked.options.seed, {asked.position + row, 0, Stream::rounding}};
  const Sample& sample = asked.samples[static_cast<std::size_t>(row)];
  return {sample.seed, {sample.number, sample.replicate, Stream::rounding}};
}

CountChunk rounded(const CountChunk& counts, const Query& asked) {
  CountChunk whole;
  whole.stored_type(ValueType::int32);
  std::vector<std::int32_t> genes;
  std::vector<double> values;
  for (std::int64_t row = 0; row < counts.n_cells(); ++row) {
    const CellCounts cell = counts.cell(row);
    std::vector<double> all(cell.values.size());
    round_counts(asked.options.output_counts, cell.values, random_of(asked, row), all);
    genes.clear();
    values.clear();
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (all[i] == 0) continue;
      genes.push_back(cell.genes[i]);
      values.push_back(all[i]);
    }
    const double most = values.empty() ? 0 : *std::max_element(values.begin(), values.end());
    if (most > std::numeric_limits<std::int32_t>::max()) whole.stored_type(ValueType::int64);
    whole.append(genes, values);
  }
  return whole;
}

}  // namespace

void fit_output_counts(CountChunk& counts, const Query& asked) {
  const bool has_fractions = counts.stored_type() == ValueType::float64;  // as the reply's reader chooses
  if (asked.options.output_counts == OutputCounts::expected) {
    counts.stored_type(ValueType::float64);
  } else if (has_fractions) {
    counts = rounded(counts, asked);
  }
}

}  // namespace gemflow::synthesize_api
