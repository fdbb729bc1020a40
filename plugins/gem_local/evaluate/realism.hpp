// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "gem_local/evaluate/real_cells.hpp"
#include "gemflow/core/model.hpp"
#include "gemflow/models.hpp"

namespace gemflow::gem_local {

/// How near the model's cells are to real ones of the same metadata: energy distance, detected genes, depth. Beside it
/// genes drawn independently at the real cells' mean rates, and real cells against real cells. Nothing where too few
/// cells have labels that the model knows.
[[nodiscard]] std::vector<EvaluationRow> judge_realism(Model& model, const RealCells& cells,
                                                       const std::vector<KeyAndColumn>& columns, std::uint64_t seed,
                                                       Job& job);

}  // namespace gemflow::gem_local
