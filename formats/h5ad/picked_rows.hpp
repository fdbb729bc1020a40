// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <vector>

#include "cell_runs.hpp"
#include "gemflow/core/chunk.hpp"
#include "h5ad/column_reader.hpp"
#include "h5ad/data_frame.hpp"

namespace gemflow::h5ad {

/// A column's rows in the runs, in order and under `name`. Runs that lie near each other are read in one go.
[[nodiscard]] Column pick_rows(const ColumnReader& column, const std::string& name, std::span<const CellRun> runs);

/// The frame's names in the runs, behind those in `out`.
void pick_names(const DataFrame& frame, std::span<const CellRun> runs, std::vector<std::string>& out);

}  // namespace gemflow::h5ad
