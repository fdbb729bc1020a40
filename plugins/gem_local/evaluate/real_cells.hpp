// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "gemflow/core/model.hpp"
#include "gemflow/core/reader.hpp"

namespace gemflow::gem_local {

/// A model's key and the obs column with the truth.
using KeyAndColumn = std::pair<std::string, std::string>;

/// Annotated cells in the model's genes, at most some thousands of them.
struct RealCells {
  CountChunk counts;
  std::vector<std::vector<std::string>> values;  ///< one list a key, one text a cell; empty without a label
  std::int64_t n_read = 0;
};

/// Reads all cells and keeps 5,000 or fewer, chosen by their own random numbers; cells without counts are left out.
/// Errors: input (genes do not match, no such column).
[[nodiscard]] RealCells read_real_cells(Reader& in, const ModelCard& card, const std::vector<KeyAndColumn>& columns,
                                        std::uint64_t seed, Job& job);

}  // namespace gemflow::gem_local
