// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "gemflow/core/chunk.hpp"

namespace gemflow {

/// Cells [begin, end) of the chunk with all that stands beside them. REQUIRES: 0 <= begin <= end <= n_cells.
[[nodiscard]] Chunk slice(const Chunk& chunk, std::int64_t begin, std::int64_t end);

/// Puts the cells of `more` behind those of `chunk`; into an empty chunk it is a copy.
/// REQUIRES: the same obs, obsm and layers in the same order. Labels may come from different lists of categories.
void append(Chunk& chunk, const Chunk& more);

}  // namespace gemflow
