// SPDX-License-Identifier: Apache-2.0
#pragma once

// Private to concat: which names the genes of all inputs have.

#include <vector>

#include "gemflow/core/report.hpp"
#include "gemflow/ops/concat.hpp"
#include "gemflow/ops/joint_genes.hpp"

namespace gemflow {

/// The inputs' genes by their indices, where these are of one kind (ids without versions, where these differ); else by the first kind of names that all inputs have, ids
/// before symbols, for which inputs are opened again, one at a time. `by_index`: all inputs by their index.
/// Errors: input (names of no kind are in all inputs).
[[nodiscard]] JointGenes meet_genes(const std::vector<ConcatInput>& inputs, JointGenes by_index, GenesBy by, Report& report);

}  // namespace gemflow
