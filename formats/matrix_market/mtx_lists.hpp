// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "feature_types.hpp"
#include "gemflow/core/format.hpp"
#include "gemflow/core/genes.hpp"
#include "gemflow/core/job.hpp"
#include "matrix_market/mtx_entries.hpp"
#include "matrix_market/mtx_files.hpp"

namespace gemflow {

/// A MatrixMarket matrix with its lists.
struct MtxLists {
  std::vector<std::string> cells;
  Genes genes;            ///< of the kept features; columns "gene_symbols" and "feature_types" where the list has them
  KeptFeatures features;  ///< which rows (or columns) of the matrix those are
  bool cells_in_rows = false;
};

/// Reads the lists and finds the matrix's orientation by their lengths. Where both fit, genes are in rows as in 10x
/// files, unless the matrix is called 'cells_x_genes' (kallisto | bustools) or `told` says so. Errors: input (the
/// lengths do not fit).
[[nodiscard]] MtxLists read_mtx_lists(const MtxFiles& files, const MtxHeader& header, Orientation told, const Job& job);

}  // namespace gemflow
