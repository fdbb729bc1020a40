// SPDX-License-Identifier: Apache-2.0
#include "tidy_cells.hpp"

#include <algorithm>

namespace gemflow {
namespace {

constexpr std::size_t entries_a_task = 65'536;

std::int64_t first_cell_outside(const CountChunk& counts, std::int64_t first, std::int64_t n_genes) {
  for (std::int64_t cell = first; cell < counts.n_cells(); ++cell) {
    for (const std::int32_t gene : counts.cell(cell).genes) {
      if (gene < 0 || gene >= n_genes) return cell;
    }
  }
  return -1;
}

}  // namespace

std::int64_t CellTidier::tidy(CountChunk& counts, std::int64_t first, std::int64_t n_genes, Workers& workers) {
  const auto begin = static_cast<std::size_t>(counts.offsets()[static_cast<std::size_t>(first)]);
  const std::size_t n = counts.genes().size() - begin;
  looks_.assign((n + entries_a_task - 1) / entries_a_task, {});
  workers.each(static_cast<std::int64_t>(looks_.size()), [&](std::int64_t task) {
    const std::size_t from = begin + static_cast<std::size_t>(task) * entries_a_task;
    const std::size_t length = std::min(entries_a_task, begin + n - from);
    const auto genes = counts.genes().subspan(from, length);
    const auto values = counts.values().subspan(from, length);
    Look look;
    std::uint32_t largest = 0;  // a negative gene is the largest of all
    for (const std::int32_t gene : genes) largest = std::max(largest, static_cast<std::uint32_t>(gene));
    for (const double value : values) look.n_zeros += static_cast<int>(value == 0);
    for (std::size_t i = 1; i < length; ++i) look.n_falls += static_cast<int>(genes[i] <= genes[i - 1]);
    if (from > begin) look.n_falls += static_cast<int>(genes[0] <= counts.genes()[from - 1]);
    look.outside = static_cast<std::int64_t>(largest) >= n_genes;
    looks_[static_cast<std::size_t>(task)] = look;
  });
  if (std::any_of(looks_.begin(), looks_.end(), [](const Look& look) { return look.outside; })) {
    return first_cell_outside(counts, first, n_genes);
  }
  if (!is_tidy(counts, first)) tidy_each(counts, first);
  return -1;
}

// Genes may fall where a cell begins; if there are as many falls as there are such places, there are no others.
bool CellTidier::is_tidy(const CountChunk& counts, std::int64_t first) const {
  std::int64_t n_falls = 0;
  for (const Look& look : looks_) {
    if (look.n_zeros > 0) return false;
    n_falls += look.n_falls;
  }
  const auto offsets = counts.offsets();
  const auto genes = counts.genes();
  const std::int64_t begin = offsets[static_cast<std::size_t>(first)];
  for (auto cell = static_cast<std::size_t>(first) + 1; n_falls > 0 && cell + 1 < offsets.size(); ++cell) {
    const std::int64_t at = offsets[cell];
    if (at == offsets[cell + 1] || at == begin) continue;  // an empty cell begins nowhere
    n_falls -= static_cast<int>(genes[static_cast<std::size_t>(at)] <= genes[static_cast<std::size_t>(at) - 1]);
  }
  return n_falls == 0;
}

void CellTidier::tidy_each(CountChunk& counts, std::int64_t first) {
  const auto offsets = counts.offsets_to_fill();
  const auto genes = counts.genes_to_fill();
  const auto values = counts.values_to_fill();
  auto from = static_cast<std::size_t>(offsets[static_cast<std::size_t>(first)]);
  std::size_t kept = from;
  for (auto cell = static_cast<std::size_t>(first); cell + 1 < offsets.size(); ++cell) {
    const auto end = static_cast<std::size_t>(offsets[cell + 1]);
    entries_.clear();
    for (; from < end; ++from) entries_.push_back({genes[from], values[from]});
    std::stable_sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) { return a.gene < b.gene; });
    for (auto entry = entries_.begin(); entry != entries_.end();) {
      const std::int32_t gene = entry->gene;
      double sum = 0;
      for (; entry != entries_.end() && entry->gene == gene; ++entry) sum += entry->value;
      if (sum == 0) continue;
      genes[kept] = gene;
      values[kept++] = sum;
    }
    offsets[cell + 1] = static_cast<std::int64_t>(kept);
  }
  counts.resize_nonzeros(static_cast<std::int64_t>(kept));
}

}  // namespace gemflow
