// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "gemflow/core/chunk.hpp"
#include "gemflow/core/slice.hpp"
#include "gemflow/core/writer.hpp"
#include "support/chunks.hpp"

namespace gemflow::test {

/// `n_cells` cells of `n_genes` genes with everything that may stand beside them; each number follows from its place:
/// gene g of cell c is c * 31 + g * 17 mod 11, minus 6, where that is above 0. Cell 3 is empty.
inline Chunk many_cells(std::int64_t n_cells, std::int64_t n_genes, ValueType type = ValueType::float32) {
  Chunk chunk;
  Layer layer{"twice", {}};
  const auto types = categories({"T cell", "B cell", "never", "\xCE\xB3\xCE\xB4 T"});
  Labels labels{{}, types};
  std::vector<float> score;
  std::vector<double> depth;
  std::vector<std::int64_t> number;
  std::vector<bool> flag;
  Text note;
  Matrix latent{"X_latent", MatrixKind::latents, {"a", "b", "c"}, {}};
  for (std::int64_t cell = 0; cell < n_cells; ++cell) {
    std::vector<std::int32_t> genes;
    std::vector<double> values, doubled;
    for (std::int64_t gene = 0; gene < n_genes; ++gene) {
      const std::int64_t value = (cell * 31 + gene * 17) % 11 - 6;
      if (value <= 0 || cell == 3) continue;
      genes.push_back(static_cast<std::int32_t>(gene));
      values.push_back(static_cast<double>(value));
      doubled.push_back(static_cast<double>(2 * value));
    }
    chunk.counts.append(genes, values);
    layer.counts.append(genes, doubled);
    chunk.cell_names.push_back("cell_" + std::to_string(cell));
    constexpr std::int32_t codes[] = {0, 1, -1, 3};
    labels.codes.push_back(codes[cell % 4]);
    score.push_back(static_cast<float>(cell) / 8);
    depth.push_back(static_cast<double>(cell) / 3);
    number.push_back(cell * cell);
    flag.push_back(cell % 3 == 0);
    note.push_back(std::string(static_cast<std::size_t>(cell % 5), 'x'));
    for (int i = 0; i < 3; ++i) latent.values.push_back(static_cast<float>(cell * 3 + i) / 4);
  }
  chunk.counts.stored_type(type);
  layer.counts.stored_type(type);
  chunk.layers.push_back(std::move(layer));
  chunk.obs = {{"type", labels},   {"score", score}, {"depth", depth},
               {"number", number}, {"flag", flag},   {"note", note}};
  chunk.obsm = {latent};
  return chunk;
}

/// Genes "gene_0" … with a column of each kind.
inline Genes many_genes(std::int64_t n_genes) {
  Genes genes;
  Labels labels{{}, categories({"coding", "other"})};
  std::vector<bool> in_model;
  Text symbol;
  for (std::int64_t gene = 0; gene < n_genes; ++gene) {
    genes.names.push_back("gene_" + std::to_string(gene));
    labels.codes.push_back(static_cast<std::int32_t>(gene % 3) - 1);
    in_model.push_back(gene % 2 == 0);
    symbol.push_back("S" + std::to_string(gene));
  }
  genes.columns = {{"biotype", labels}, {"gemflow_in_model", in_model}, {"symbol", symbol}};
  return genes;
}

/// Appends all cells in chunks of so many.
inline void append_in_chunks(Writer& writer, const Chunk& cells, std::int64_t chunk_size) {
  for (std::int64_t begin = 0; begin < cells.n_cells(); begin += chunk_size) {
    writer.append(slice(cells, begin, std::min(begin + chunk_size, cells.n_cells())));
  }
}

}  // namespace gemflow::test
