// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "gemflow/core/count_chunk.hpp"

namespace gemflow::hdf5 {

/// Puts values at `to` as a file of that type stores them (little-endian). Returns the first value that an integer type
/// cannot hold (a fraction, or beyond its range), else null. Floating-point types take every value, rounded.
[[nodiscard]] const double* store_values(std::span<const double> values, ValueType type, unsigned char* to) noexcept;

}  // namespace gemflow::hdf5
