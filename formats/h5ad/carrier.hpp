// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>

#include "gemflow/core/format.hpp"

namespace gemflow::h5ad {

/// A new h5ad whose X is appended and whose other content is that of options.carry: var, varm, varp and the layers that
/// are not appended go with the genes (Genes::source), raw, obs, obsm, obsp, uns and the rest stay as they are. var has
/// the names given; where they differ from the file's own, those are in var['gemflow_source'].
[[nodiscard]] std::unique_ptr<Writer> carry_h5ad(const std::filesystem::path& out, const WriteOptions& options,
                                                 Job& job);

}  // namespace gemflow::h5ad
