// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "gemflow/core/count_chunk.hpp"
#include "gemflow/core/genes.hpp"
#include "gemflow/core/job.hpp"
#include "hdf5/handle.hpp"
#include "tenx_h5/tenx_place.hpp"
#include "tidy_cells.hpp"

namespace gemflow::tenx {

/// What the rows of a matrix become: genes. Proteins, guides and peaks are left out; probes that passed the filter of
/// Cell Ranger are summed to their genes.
class Features {
 public:
  /// Genes are named by id, with the columns "gene_symbols", "feature_types" and whatever other texts there are
  /// ("genome"). Errors: input (lists of different lengths, no 'Gene Expression' among several types).
  Features(hid_t file, const Place& place, const std::filesystem::path& path, Report& report);

  [[nodiscard]] std::int64_t n_features() const noexcept { return n_features_; }
  [[nodiscard]] const Genes& genes() const noexcept { return genes_; }
  [[nodiscard]] bool are_probes() const noexcept { return are_probes_; }
  /// Whether every feature is a gene: `gather` is then not needed.
  [[nodiscard]] bool are_genes() const noexcept { return places_.empty(); }
  /// Cells over features to cells over genes, tidy.
  void gather(const CountChunk& features, CountChunk& genes, Workers& workers);

 private:
  void keep_genes_alone(std::vector<std::string> types, const std::filesystem::path& path, Report& report);
  void sum_probes(hid_t features, const std::filesystem::path& path, Report& report);
  void read_columns(hid_t group, const Place& place);

  std::int64_t n_features_ = 0;
  bool are_probes_ = false;
  std::vector<std::int32_t> places_;  ///< of each feature: its gene, -1 if it is none; empty: its own number
  std::vector<std::int64_t> first_;   ///< of each gene: its first feature
  Genes genes_;
  CellTidier tidier_;
  std::vector<std::int32_t> cell_genes_;
  std::vector<double> cell_values_;
};

}  // namespace gemflow::tenx
