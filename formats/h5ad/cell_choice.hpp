// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "cell_runs.hpp"
#include "gemflow/core/format.hpp"
#include "gemflow/core/job.hpp"
#include "h5ad/data_frame.hpp"

namespace gemflow::h5ad {

/// The cells of obs that meet all conditions, in file order. Names and columns are read in slices. A name that occurs
/// twice chooses both cells. Values of numeric columns are compared as numbers. `path` is for messages.
/// Errors: input: no such cell, column or value (with the nearest there are), rows beyond the last.
[[nodiscard]] CellRuns choose_cells(const DataFrame& obs, const CellChoice& choice, const std::filesystem::path& path,
                                    const Job& job);

}  // namespace gemflow::h5ad
