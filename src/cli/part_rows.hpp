// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "gemflow/run/options.hpp"
#include "session.hpp"
#include "shared_options.hpp"

namespace gemflow::cli {

/// Throws Error(usage) where a part is wanted and its rows are not given, other cells are chosen, or OUT is no h5ad.
void check_part(const OutputOptions& output, const CellChoice& cells);

/// Which rows of the whole file a part is of; nothing where no part is wanted.
[[nodiscard]] std::optional<PartRows> part_rows(const InputOptions& input, const OutputOptions& output, Session& session);

}  // namespace gemflow::cli
