// SPDX-License-Identifier: Apache-2.0
#include "gemflow/run/batch_limits.hpp"

#include <algorithm>

namespace gemflow {

Limit batch_limit(const ModelCard& card, const RunOptions& options) {
  Limit limit = card.limit;
  if (options.batch_size > 0) limit.cells = std::min(limit.cells, options.batch_size);
  return limit;
}

std::int64_t samples_a_batch(const ModelCard& card, const RunOptions& options) {
  constexpr std::int64_t most_values = 4 * Limit{}.nonzeros;
  const auto n_genes = static_cast<std::int64_t>(std::max<std::size_t>(card.gene_order.size(), 1));
  const std::int64_t by_memory = std::max<std::int64_t>(most_values / n_genes, 1);
  const std::int64_t wanted = options.batch_size > 0 ? options.batch_size : by_memory;
  return std::min(wanted, card.limit.cells);
}

}  // namespace gemflow
