// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gemflow/core/count_chunk.hpp"
#include "hdf5/compressed_cells.hpp"
#include "hdf5/handle.hpp"

namespace gemflow::h5ad {

enum class MatrixLayout { csr, csc, dense };

/// "csr", "csc", "dense".
[[nodiscard]] std::string_view name_of(MatrixLayout layout) noexcept;

/// Where a matrix of cells x genes is.
struct MatrixPlace {
  std::string name;  ///< ours: "X", "raw/X", "layers/counts"
  std::string path;  ///< in the file: "raw.X" before anndata 0.7
  std::string var;   ///< path of its genes: "var", "raw/var", "raw.var"
};

/// What is known of a matrix without reading it.
struct StoredMatrix {
  MatrixPlace place;
  MatrixLayout layout = MatrixLayout::csr;
  hdf5::MatrixShape shape;
  ValueType type = ValueType::float32;
  std::int64_t n_nonzeros = -1;  ///< as stored; -1: dense
};

/// All matrices of a file in the order in which `auto` asks them: X, layers/counts, raw/X, the other layers.
[[nodiscard]] std::vector<MatrixPlace> find_matrices(hid_t file);

/// Numbers that a chunk's doubles hold and a writer gives back: not bools, not 16-bit floats, no texts.
[[nodiscard]] bool holds_numbers(hid_t file, const MatrixPlace& place);

/// Looks at one. Errors: input (shapeless, not of two axes, no numbers), unsupported (an encoding that is not known).
[[nodiscard]] StoredMatrix describe_matrix(hid_t file, const MatrixPlace& place);

}  // namespace gemflow::h5ad
