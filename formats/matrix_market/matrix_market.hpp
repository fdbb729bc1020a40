// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gemflow/core/format.hpp"

namespace gemflow {

/// Folders with a MatrixMarket matrix and the lists of its genes and cells; or the path of such a matrix.
extern const Format matrix_market_format;

}  // namespace gemflow
