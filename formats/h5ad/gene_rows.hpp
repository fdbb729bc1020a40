// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "gemflow/core/chunk.hpp"
#include "gemflow/core/count_chunk.hpp"

namespace gemflow::h5ad {

/// Where things are that stand in one order, seen from another one: a position, or -1.
using Positions = std::vector<std::int64_t>;

/// Where each of `wanted` stands in `given`: all by position where the lists are equal, else by name, the first of that
/// name.
[[nodiscard]] Positions find_names(std::span<const std::string> wanted, std::span<const std::string> given);

/// Is it 0, 1, 2 … up to n?
[[nodiscard]] bool is_identity(const Positions& positions, std::size_t n);

/// The column's rows at the positions. Where there is none: no label, no text, NaN, 0, false.
[[nodiscard]] Column pick(const Column& column, const Positions& positions);

/// Counts whose genes are numbered otherwise: gene g becomes to[g]; those with -1 are left out. Returns how many values
/// were.
std::int64_t renumber(const CountChunk& counts, const Positions& to, CountChunk& out);

}  // namespace gemflow::h5ad
