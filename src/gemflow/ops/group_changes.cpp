// SPDX-License-Identifier: Apache-2.0
#include "gemflow/ops/group_changes.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "gemflow/core/error.hpp"
#include "gemflow/ops/log_cpm.hpp"

namespace gemflow {
namespace {

double total_of(CellCounts cell) { return std::accumulate(cell.values.begin(), cell.values.end(), 0.0); }

void add_profile(std::vector<double>& sums, CellCounts cell, double total) {
  const double factor = per_million / total;
  for (std::size_t i = 0; i < cell.genes.size(); ++i) sums[static_cast<std::size_t>(cell.genes[i])] += factor * cell.values[i];
}

}  // namespace

GroupChanges::GroupChanges(std::size_t n_genes, std::size_t memory)
    : n_genes_(n_genes), most_groups_(std::max<std::size_t>(memory / (2 * sizeof(double) * std::max<std::size_t>(n_genes, 1)), 1)) {}

GroupChanges::Sums& GroupChanges::sums_of(const GroupName& name) {
  const auto [at, is_new] = groups_.try_emplace(name);
  if (!is_new) return at->second;
  if (groups_.size() > most_groups_) {
    throw Error(ErrorKind::memory, fmt::format("comparing groups of cells: there are more than the {} groups of {} genes that fit "
                                               "the memory", most_groups_, n_genes_),
                "--by a column with fewer labels, or more --memory");
  }
  at->second.treated.resize(n_genes_);
  at->second.control.resize(n_genes_);
  return at->second;
}

void GroupChanges::add(const GroupName& name, CellCounts treated, CellCounts control) {
  if (total_of(treated) <= 0 || total_of(control) <= 0) return;
  add_treated(name, treated);
  add_control(name, control);
}

void GroupChanges::add_treated(const GroupName& name, CellCounts cell) {
  const double total = total_of(cell);
  if (total <= 0) return;
  Sums& sums = sums_of(name);
  add_profile(sums.treated, cell, total);
  ++sums.n_treated;
}

void GroupChanges::add_control(const GroupName& name, CellCounts cell) {
  const double total = total_of(cell);
  if (total <= 0) return;
  Sums& sums = sums_of(name);
  add_profile(sums.control, cell, total);
  ++sums.n_control;
}

std::vector<GeneChange> GroupChanges::top(std::size_t n) const {
  std::vector<GeneChange> all;
  for (const auto& [name, sums] : groups_) {
    if (sums.n_treated == 0 || sums.n_control == 0) continue;
    std::vector<GeneChange> changes;
    for (std::size_t gene = 0; gene < n_genes_; ++gene) {
      const double control = sums.control[gene] / static_cast<double>(sums.n_control);
      const double treated = sums.treated[gene] / static_cast<double>(sums.n_treated);
      const double change = std::log2(treated + 1) - std::log2(control + 1);
      if (change == 0) continue;
      changes.push_back({name, 0, static_cast<std::int32_t>(gene), change, control, treated, sums.n_treated});
    }
    const std::size_t kept = std::min(n, changes.size());
    std::partial_sort(changes.begin(), changes.begin() + static_cast<std::ptrdiff_t>(kept), changes.end(),
                      [](const GeneChange& a, const GeneChange& b) {
                        const double by = std::abs(a.log2fc) - std::abs(b.log2fc);
                        return by != 0 ? by > 0 : a.gene < b.gene;
                      });
    changes.resize(kept);
    for (std::size_t i = 0; i < kept; ++i) changes[i].rank = static_cast<std::int64_t>(i) + 1;
    std::move(changes.begin(), changes.end(), std::back_inserter(all));
  }
  return all;
}

}  // namespace gemflow
