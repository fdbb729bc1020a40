// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "gemflow/core/genes.hpp"
#include "gemflow/core/report.hpp"

namespace gemflow {

/// The genes among the features of a 10x file or folder. Proteins, guides and peaks are left out.
struct KeptFeatures {
  std::vector<std::int32_t> places;  ///< of each feature: its place among the kept, -1 if left out; empty: all are kept
  std::int64_t n_kept = 0;

  [[nodiscard]] std::int32_t place_of(std::int64_t feature) const noexcept {
    return places.empty() ? static_cast<std::int32_t>(feature) : places[static_cast<std::size_t>(feature)];
  }
};

/// Keeps the type 'Gene Expression' (in any case: scanpy finds no gene at all in a file that says 'Gene expression')
/// where there are several types, and notes how many of the others there were. A single type is kept, whatever it is,
/// with a warning if it is another. `path` is for messages. Errors: input (several types, and none is 'Gene
/// Expression').
[[nodiscard]] KeptFeatures keep_genes(std::span<const std::string> types, const std::filesystem::path& path,
                                      Report& report);

/// The kept ones of a list of features' names.
[[nodiscard]] std::vector<std::string> kept(std::vector<std::string> texts, const KeptFeatures& features);

}  // namespace gemflow
