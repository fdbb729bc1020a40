// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>

#include "gemflow/core/format.hpp"
#include "h5ad/csr_output.hpp"

namespace gemflow::h5ad {

/// A new h5ad that anndata 0.8 and all later ones read: X as csr_matrix of the type that the counts were stored as,
/// obs, var, obsm, layers, uns, and every mapping that anndata expects. Where options.carry names an h5ad, its other
/// content comes too.
[[nodiscard]] std::unique_ptr<Writer> create_h5ad(const std::filesystem::path& out, const WriteOptions& options,
                                                  Job& job);

/// The same with other sizes, for tests.
[[nodiscard]] std::unique_ptr<Writer> create_h5ad(const std::filesystem::path& out, const WriteOptions& options,
                                                  Job& job, const CsrLayout& layout);

}  // namespace gemflow::h5ad
