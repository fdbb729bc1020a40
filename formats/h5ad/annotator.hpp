// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>

#include "gemflow/core/format.hpp"

namespace gemflow::h5ad {

/// Answers beside what `in` holds: a copy of its bytes, to which obs and var columns, obsm, layers and uns['gemflow']
/// are added; with a choice of cells, a file of its own that holds those cells alone. What gemflow wrote before is
/// replaced where options.replace is set, a foreign name never; var columns that are there with the same values are
/// shared. The genes given are the file's, by position or else by name.
[[nodiscard]] std::unique_ptr<Writer> annotate_h5ad(const std::filesystem::path& in, const std::filesystem::path& out,
                                                    const WriteOptions& options, Job& job);

}  // namespace gemflow::h5ad
