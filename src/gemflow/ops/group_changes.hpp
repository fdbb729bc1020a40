// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "gemflow/core/count_chunk.hpp"

namespace gemflow {

/// Which cells are compared: those of one label that had one condition.
struct GroupName {
  std::string group;      ///< empty: no label, or all cells are one group
  std::string condition;  ///< empty where there is only one
  friend bool operator<(const GroupName& a, const GroupName& b) noexcept {
    return std::tie(a.group, a.condition) < std::tie(b.group, b.condition);
  }
};

/// How much a gene changes in a group of cells.
struct GeneChange {
  GroupName name;
  std::int64_t rank = 0;   ///< from 1: the largest change, up or down
  std::int32_t gene = 0;   ///< in the order of the counts
  double log2fc = 0;       ///< log2(mean_treated + 1) - log2(mean_control + 1)
  double mean_control = 0;  ///< counts per million, the mean over the group's cells
  double mean_treated = 0;
  std::int64_t n_cells = 0;  ///< treated ones
};

/// Mean profiles of groups of cells under two conditions, and the genes that differ most between them. Holds two sums a
/// gene for each group, no cells. A cell without counts is left out.
class GroupChanges {
 public:
  /// `memory`: bytes that the sums may take.
  GroupChanges(std::size_t n_genes, std::size_t memory);

  /// A treated cell and its control. Left out as a pair where either has no counts. Errors: memory (too many groups).
  void add(const GroupName& name, CellCounts treated, CellCounts control);
  /// One of either, which have no partners.
  void add_treated(const GroupName& name, CellCounts cell);
  void add_control(const GroupName& name, CellCounts cell);

  /// For each group, in the order of the names, the genes with the largest change; equal ones in their own order. Genes
  /// that do not change are left out, and so are groups that lack one of both.
  [[nodiscard]] std::vector<GeneChange> top(std::size_t n) const;

 private:
  struct Sums {
    std::vector<double> treated, control;  ///< of counts per million
    std::int64_t n_treated = 0, n_control = 0;
  };

  [[nodiscard]] Sums& sums_of(const GroupName& name);

  std::size_t n_genes_;
  std::size_t most_groups_;
  std::map<GroupName, Sums> groups_;
};

}  // namespace gemflow
