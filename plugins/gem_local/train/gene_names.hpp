// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "gemflow/core/genes.hpp"
#include "gemflow/core/reader.hpp"

namespace gemflow::gem_local {

/// The readers' common genes as a model's gene_order: names as in the files, columns "gene_id" and "symbol" where a
/// file has them. Errors: input (no genes, names repeat, files differ).
[[nodiscard]] Genes gene_order_of(std::span<Reader* const> in);

}  // namespace gemflow::gem_local
