// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "hdf5/handle.hpp"

namespace gemflow::tenx {

/// Where a matrix of genes x cells is in a file of 10x's kind.
struct Place {
  std::string group;         ///< "matrix"; before version 3 the genome; "matrix_v2" from CellBender
  bool has_features = true;  ///< version 3 and later
};

/// All matrices of the file, none where it is of another kind. Told by datasets: many files lack the attributes.
[[nodiscard]] std::vector<Place> find_places(hid_t file);

/// Is it a molecule_info.h5? People give it to readers of matrices.
[[nodiscard]] bool is_molecule_info(hid_t file);

/// The matrix that is wanted: "auto" and "X" are the only one. Errors: input (several genomes, or no such one; they are
/// named), unsupported (a molecule_info.h5).
[[nodiscard]] Place choose_place(hid_t file, const std::string& wanted, const std::filesystem::path& path);

}  // namespace gemflow::tenx
