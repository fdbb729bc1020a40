// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "synthesize_api/hosted/hosted_model.hpp"

namespace gemflow::synthesize_api {

/// Settles spelling, genes and limits of a run: from its journal where it began before; else from the example query (free)
/// and, where the genes are neither given nor kept from an earlier run, from a query of one sample, which is charged and said.
[[nodiscard]] Agreed agree(HostedModel::Parts& parts, Exchange& exchange, Job& job);

/// What stands in each body of a run beside its query.
[[nodiscard]] RequestText request_text(const Spelling& spelling, std::int64_t n_genes, std::uint64_t seed);

/// The same as `agree` for a dry run: nothing is charged, and the genes may stay unknown; `n_genes` tells how many there are.
struct Unpaid {
  Agreed agreed;
  std::int64_t n_genes = 0;
};
[[nodiscard]] Unpaid agree_unpaid(ApiCalls& api, const ModelId& id, const HostedOptions& options, const GeneOrders& kept, Job& job);

}  // namespace gemflow::synthesize_api
