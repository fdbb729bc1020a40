// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gemflow/core/chunk.hpp"
#include "gemflow/core/job.hpp"

namespace gemflow {

/// The layer "log2fc": log2(CPM + 1) of each treated cell minus that of the control cell beside it, each by its own
/// total. Values that are equal, and genes that neither cell has, are absent; a cell without counts has no changes at
/// all. Compare in the model's genes and `place` the result without own counts: genes that the model lacks then show no
/// change. REQUIRES: as many cells in both, in the same genes.
[[nodiscard]] Layer fold_change(const CountChunk& treated, const CountChunk& control, Workers& workers);

}  // namespace gemflow
