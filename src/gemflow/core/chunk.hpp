// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "gemflow/core/count_chunk.hpp"

namespace gemflow {

/// A categorical column. Codes are positions in the chunk's own list; chunks of one reader or model mostly share it, so
/// that whoever puts chunks together need look at labels only where the list is another one.
struct Labels {
  std::vector<std::int32_t> codes;  ///< one a row; -1 where there is no label
  std::shared_ptr<const std::vector<std::string>> categories;

  /// The row's label; empty where there is none.
  [[nodiscard]] std::string_view at(std::size_t row) const;
};

using Text = std::vector<std::string>;

/// One named column beside cells (obs) or genes (var), one element a row.
struct Column {
  std::string name;
  std::variant<Labels, Text, std::vector<float>, std::vector<double>, std::vector<std::int64_t>, std::vector<bool>>
      values;

  [[nodiscard]] std::size_t n_rows() const;
  /// The row as text, empty where it is missing (no label, NaN); numbers in their shortest exact form.
  [[nodiscard]] std::string text_at(std::size_t row) const;
};

/// Whether two columns say the same of each row, whatever their names and types: text against category, int64 against float.
[[nodiscard]] bool same_values(const Column& a, const Column& b);

/// What a dense matrix beside the cells means; it decides the slot's name in the output.
enum class MatrixKind { latents, probabilities, other };

/// A dense matrix beside the cells (obsm), row-major, n_cells x n_columns.
struct Matrix {
  std::string name;
  MatrixKind kind = MatrixKind::other;
  std::vector<std::string> columns;  ///< names of the columns: classes or latents; as many as there are columns
  std::vector<float> values;
};

/// A further sparse matrix of the chunk's shape (layers).
struct Layer {
  std::string name;
  CountChunk counts;
};

/// Cells, their names, and what stands beside them: what a reader yields, a model answers and a writer takes.
struct Chunk {
  CountChunk counts;
  std::vector<std::string> cell_names;  ///< one a cell; a model's answer may leave it empty
  std::vector<Column> obs;
  std::vector<Matrix> obsm;
  std::vector<Layer> layers;

  [[nodiscard]] std::int64_t n_cells() const noexcept { return counts.n_cells(); }
  [[nodiscard]] const Column* find_obs(std::string_view name) const noexcept;
  [[nodiscard]] Column* find_obs(std::string_view name) noexcept;

  /// Empties all parts; see CountChunk.
  void clear(std::int64_t first_cell = 0);
  /// Puts the other's obs, obsm and layers beside this chunk's own; its counts and names are dropped.
  /// REQUIRES: the same cells.
  void add(Chunk&& beside);
};

/// What stands beside a chunk's cells, by name and kind, as messages say it; equal where a writer may take both chunks. Of each
/// name it has all bytes that can be shown. "obs 'type' (labels), obsm 'X_pca' (50 columns), layer 'spliced'"; "nothing".
[[nodiscard]] std::string kinds_of(const Chunk& chunk);
/// The same without obs.
[[nodiscard]] std::string kinds_beside_obs(const Chunk& chunk);

}  // namespace gemflow
