// SPDX-License-Identifier: Apache-2.0
#pragma once

// Private to gene_map: what it knows.

#include <cstdint>
#include <string>
#include <vector>

#include "gemflow/ops/gene_map.hpp"
#include "gemflow/ops/gene_match.hpp"
#include "gemflow/ops/row_builder.hpp"
#include "gemflow/ops/row_scatter.hpp"

namespace gemflow {

enum class RowStatus { used, unused, ambiguous, duplicate, y_copy };
enum class GeneStatus { found, summed, missing, ambiguous };

/// Memory that calls leave to the next one: one row a worker.
struct GeneScratch {
  RowBuilder rows;
  std::vector<RowScatter> scatters;

  void make_room(int n_slots, std::size_t n_genes) {
    while (scatters.size() < static_cast<std::size_t>(n_slots)) scatters.emplace_back(n_genes);
  }
};

struct GeneMap::State {
  Genes file;
  Genes model;
  GeneMapOptions options;
  GeneMatch match;
  bool identity = false;  ///< the model takes any genes; the tables below are empty

  std::vector<std::string> compared;  ///< each row's name in the column that was compared
  std::vector<RowStatus> row_status;
  std::vector<GeneStatus> gene_status;  ///< of the model's genes
  std::vector<std::int32_t> target;     ///< a row's gene of the model, or the dump
  std::vector<std::int32_t> kept;       ///< a row itself where `place` keeps the cell's own counts, else the dump
  std::vector<std::int32_t> back;       ///< a model's gene's first row, or the dump
  bool sums = false;                    ///< several rows go to one gene
  bool ascending = false;               ///< rows in order go to genes in order: nothing to sort

  /// Fills the tables from each gene's rows.
  void fill_tables(const std::vector<std::vector<std::int32_t>>& rows);

  mutable GeneScratch to_model;
  mutable GeneScratch to_file;
};

/// Throws Error(input): too little of the model is in the file. Says what both look like.
[[noreturn]] void refuse_overlap(const GeneMatch& match, const Genes& file, const Genes& gene_order,
                                 const GeneMapOptions& options);
/// Throws Error(input): rows of the file repeat genes of the model.
[[noreturn]] void refuse_duplicates(const std::vector<std::string>& names, const GeneMatch& match,
                                    const GeneMapOptions& options);

/// "'pbmc.h5ad'", or "the input".
[[nodiscard]] std::string name_of_input(const GeneMapOptions& options);
/// "in column 'gene_ids'", "in the index".
[[nodiscard]] std::string place_of_names(const GeneMatch& match);

}  // namespace gemflow
