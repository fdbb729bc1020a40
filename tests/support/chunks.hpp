// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gemflow/core/chunk.hpp"
#include "gemflow/core/genes.hpp"

namespace gemflow::test {

inline std::shared_ptr<const std::vector<std::string>> categories(std::vector<std::string> names) {
  return std::make_shared<const std::vector<std::string>>(std::move(names));
}

/// Genes with the given names and nothing beside them.
inline Genes genes(std::vector<std::string> names) { return {std::move(names), {}, {}}; }

/// Counts from dense rows.
inline CountChunk counts(const std::vector<std::vector<double>>& rows, std::int64_t first_cell = 0) {
  CountChunk chunk;
  chunk.clear(first_cell);
  for (const std::vector<double>& row : rows) {
    std::vector<std::int32_t> genes;
    std::vector<double> values;
    for (std::size_t gene = 0; gene < row.size(); ++gene) {
      if (row[gene] == 0) continue;
      genes.push_back(static_cast<std::int32_t>(gene));
      values.push_back(row[gene]);
    }
    chunk.append(genes, values);
  }
  return chunk;
}

/// The counts as dense rows of `n_genes`.
inline std::vector<std::vector<double>> dense(const CountChunk& chunk, std::size_t n_genes) {
  std::vector<std::vector<double>> rows;
  for (std::int64_t cell = 0; cell < chunk.n_cells(); ++cell) {
    std::vector<double> row(n_genes, 0.0);
    const CellCounts counts = chunk.cell(cell);
    for (std::size_t i = 0; i < counts.genes.size(); ++i) {
      row[static_cast<std::size_t>(counts.genes[i])] += counts.values[i];
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

/// Four cells x three genes with everything that may stand beside them.
inline Chunk small_chunk() {
  Chunk chunk;
  chunk.counts = counts({{1, 0, 2}, {0, 0, 0}, {0, 3, 0}, {4, 5, 6}});
  chunk.cell_names = {"c0", "c1", "c2", "c3"};
  chunk.obs = {{"type", Labels{{0, 1, -1, 0}, categories({"B cell", "T cell"})}},
               {"score", std::vector<float>{0.5F, 1, 2, 3}},
               {"note", Text{"a", "", "c", "d"}},
               {"flag", std::vector<bool>{true, false, true, true}}};
  chunk.obsm = {{"latent", MatrixKind::latents, {"l0", "l1"}, {0, 1, 2, 3, 4, 5, 6, 7}}};
  chunk.layers = {{"twice", counts({{2, 0, 4}, {0, 0, 0}, {0, 6, 0}, {8, 10, 12}})}};
  return chunk;
}

inline bool equal(const CountChunk& a, const CountChunk& b) {
  const auto same = [](auto x, auto y) { return std::equal(x.begin(), x.end(), y.begin(), y.end()); };
  return a.n_cells() == b.n_cells() && same(a.genes(), b.genes()) && same(a.values(), b.values()) &&
         (a.n_cells() == 0 || same(a.offsets(), b.offsets()));
}

/// The same cells with the same things beside them, as text and bit for bit in the matrices.
inline bool equal(const Chunk& a, const Chunk& b) {
  bool same = equal(a.counts, b.counts) && a.cell_names == b.cell_names && a.obs.size() == b.obs.size() &&
              a.obsm.size() == b.obsm.size() && a.layers.size() == b.layers.size();
  for (std::size_t i = 0; same && i < a.obs.size(); ++i) {
    same = a.obs[i].name == b.obs[i].name && a.obs[i].values.index() == b.obs[i].values.index() &&
           a.obs[i].n_rows() == b.obs[i].n_rows();
    for (std::size_t row = 0; same && row < a.obs[i].n_rows(); ++row) {
      same = a.obs[i].text_at(row) == b.obs[i].text_at(row);
    }
  }
  for (std::size_t i = 0; same && i < a.obsm.size(); ++i) {
    same = a.obsm[i].name == b.obsm[i].name && a.obsm[i].columns == b.obsm[i].columns &&
           a.obsm[i].values == b.obsm[i].values;
  }
  for (std::size_t i = 0; same && i < a.layers.size(); ++i) {
    same = a.layers[i].name == b.layers[i].name && equal(a.layers[i].counts, b.layers[i].counts);
  }
  return same;
}

}  // namespace gemflow::test
