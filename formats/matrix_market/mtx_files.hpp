// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace gemflow {

/// The three files of a MatrixMarket count matrix: 10x (v2, v3, each file gzipped or not, with a prefix), STARsolo,
/// kallisto | bustools.
struct MtxFiles {
  std::filesystem::path matrix;
  std::filesystem::path genes;  ///< features.tsv, genes.tsv, genes.txt
  std::filesystem::path cells;  ///< barcodes.tsv, barcodes.txt
};

/// Whether the path is a `.mtx` or `.mtx.gz` file, or a folder with one. Never throws.
[[nodiscard]] bool has_mtx(const std::filesystem::path& path) noexcept;

/// Name of the matrix beside this file whose list of genes or cells it is, by its name; empty for any other file.
[[nodiscard]] std::string matrix_of_list(const std::filesystem::path& path) noexcept;

/// Finds the lists that belong to a matrix: by its prefix ("GSM1_matrix.mtx.gz" has "GSM1_features.tsv.gz"), else
/// beside it. Names that begin with a dot (macOS leaves "._features.tsv.gz") are not looked at. Errors: input (no list,
/// several matrices or lists; each is named).
[[nodiscard]] MtxFiles find_mtx_files(const std::filesystem::path& path);

}  // namespace gemflow
