// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>

#include "gemflow/core/reader.hpp"
#include "gemflow/run/options.hpp"
#include "session.hpp"
#include "shared_options.hpp"

namespace gemflow::cli {

/// Throws Error(usage) where a part is wanted and its rows are not given, other cells are chosen, or OUT is no h5ad.
void check_part(const OutputOptions& output, const CellChoice& cells);

/// Where a part is wanted, says which of the file's rows it is of. `in` reads them.
void choose_part(RunOptions& run, const Reader& in, const InputOptions& input, const OutputOptions& output, Session& session);

/// Opens all cells of the file whose part `in` reads, of the same matrix; empty where no part is wanted. All must outlive it.
[[nodiscard]] std::function<std::unique_ptr<Reader>()> whole_of_part(const Reader& in, const InputOptions& input, const OutputOptions& output,
                                                                     Session& session);

}  // namespace gemflow::cli
