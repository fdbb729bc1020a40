// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gemflow/core/chunk.hpp"

namespace gemflow {

/// Cells of both chunks by turns: the first of `treated`, the first of `control`, the second of `treated` …; cell names are
/// left out. REQUIRES: as many cells, and the same obs, obsm and layers, in both.
[[nodiscard]] Chunk take_turns(const Chunk& treated, const Chunk& control);

/// Rows of a chunk by turns with rows that have no entry.
[[nodiscard]] CountChunk with_empty_turns(const CountChunk& counts);

}  // namespace gemflow
