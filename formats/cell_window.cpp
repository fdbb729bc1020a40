// SPDX-License-Identifier: Apache-2.0
#include "cell_window.hpp"

#include <algorithm>
#include <cassert>

namespace gemflow {
namespace {

/// One in so many entries may be odd, and this many always.
constexpr std::int64_t odd_one_in = 64;
constexpr std::int64_t odd_always = 65'536;
constexpr std::int64_t cells_a_task = 256;

/// The value as a count of 16 bits; 0 if it is none.
std::uint32_t narrow_count(double value) noexcept {
  const std::uint32_t count = value >= 1 && value < 65'536 ? static_cast<std::uint32_t>(value) : 0;
  return static_cast<double>(count) == value ? count : 0;
}

}  // namespace

void CellWindow::open(std::int64_t begin, std::int64_t end, std::span<const std::int64_t> offsets, bool wide) {
  begin_ = begin;
  end_ = end;
  wide_ = wide;
  offsets_ = offsets;
  next_.resize(static_cast<std::size_t>(end - begin));
  for (std::int64_t cell = begin; cell < end; ++cell) next_[static_cast<std::size_t>(cell - begin)] = offset(cell) - offset(begin);
  const auto n = static_cast<std::size_t>(n_entries());
  narrow_ = {};  // a buffer that grows holds two sizes for a while
  genes_ = {};
  values_ = {};
  if (!wide) narrow_.resize(n);
  if (wide) genes_.resize(n);
  if (wide) values_.resize(n);
  for (std::vector<Odd>& part : odd_parts_) part.clear();
  odd_.clear();
}

// Each worker has cells of its own, as many entries as the others, and looks at all that come.
bool CellWindow::put(const GeneEntries& entries, Workers& workers) {
  const std::int64_t n_parts = workers.count();
  odd_parts_.resize(static_cast<std::size_t>(n_parts));
  const auto cell_at = [&](std::int64_t part) {
    const std::int64_t wanted = offset(begin_) + n_entries() * part / n_parts;
    const auto first = offsets_.begin() + begin_;
    return part == n_parts ? end_ : begin_ + (std::lower_bound(first, offsets_.begin() + end_, wanted) - first);
  };
  workers.each(n_parts, [&](std::int64_t part) {
    put_part(entries, cell_at(part), cell_at(part + 1), odd_parts_[static_cast<std::size_t>(part)]);
  });
  std::int64_t n_odd = 0;
  for (const std::vector<Odd>& part : odd_parts_) n_odd += static_cast<std::int64_t>(part.size());
  return n_odd <= std::max(odd_always, n_entries() / odd_one_in);
}

void CellWindow::put_part(const GeneEntries& entries, std::int64_t first_cell, std::int64_t last_cell, std::vector<Odd>& odd) {
  const std::int64_t n_all = n_entries();
  const auto n_cells = static_cast<std::uint64_t>(last_cell - first_cell);
  std::int64_t* const next = next_.data() + (first_cell - begin_);
  std::size_t i = 0;
  for (std::size_t g = 0; g < entries.ends.size(); ++g) {
    const auto gene = static_cast<std::int32_t>(entries.first_gene) + static_cast<std::int32_t>(g);
    for (; i < static_cast<std::size_t>(entries.ends[g]); ++i) {
      const auto cell = static_cast<std::uint64_t>(entries.cells[i] - first_cell);
      if (cell >= n_cells) continue;
      const std::int64_t at = next[cell]++;
      if (at >= n_all) continue;  // the file changed since it was counted
      const double value = entries.values[i];
      if (wide_) {
        genes_.span()[static_cast<std::size_t>(at)] = gene;
        values_.span()[static_cast<std::size_t>(at)] = value;
        continue;
      }
      const std::uint32_t count = narrow_count(value);
      narrow_.span()[static_cast<std::size_t>(at)] = static_cast<std::uint32_t>(gene) << 16U | count;
      if (count == 0) odd.push_back({at, value});
    }
  }
}

bool CellWindow::seal() {
  for (const std::vector<Odd>& part : odd_parts_) odd_.insert(odd_.end(), part.begin(), part.end());
  std::sort(odd_.begin(), odd_.end(), [](const Odd& a, const Odd& b) { return a.at < b.at; });
  for (std::int64_t cell = begin_; cell < end_; ++cell) {
    if (next_[static_cast<std::size_t>(cell - begin_)] != offset(cell + 1) - offset(begin_)) return false;
  }
  return true;
}

void CellWindow::append(std::int64_t begin, std::int64_t end, CountChunk& counts, Workers& workers) const {
  assert(begin_ <= begin && begin <= end && end <= end_);
  const std::int64_t first = counts.n_cells();
  const std::int64_t old = counts.n_nonzeros();
  counts.resize_cells(first + end - begin);
  counts.resize_nonzeros(old + offset(end) - offset(begin));
  const auto offsets = counts.offsets_to_fill().subspan(static_cast<std::size_t>(first));
  for (std::int64_t cell = begin; cell <= end; ++cell) offsets[static_cast<std::size_t>(cell - begin)] = old + offset(cell) - offset(begin);
  std::int32_t* const genes = counts.genes_to_fill().data() + old;
  double* const values = counts.values_to_fill().data() + old;
  workers.each((end - begin + cells_a_task - 1) / cells_a_task, [&](std::int64_t task) {
    const std::int64_t cell = begin + task * cells_a_task;
    const std::int64_t from = offset(cell) - offset(begin);
    unpack(cell, std::min(cell + cells_a_task, end), genes + from, values + from);
  });
}

void CellWindow::unpack(std::int64_t cell, std::int64_t last_cell, std::int32_t* genes, double* values) const {
  const std::int64_t from = offset(cell) - offset(begin_);
  const std::int64_t n = offset(last_cell) - offset(cell);
  if (wide_) {
    std::copy_n(genes_.span().data() + from, n, genes);
    std::copy_n(values_.span().data() + from, n, values);
    return;
  }
  auto odd = std::lower_bound(odd_.begin(), odd_.end(), from, [](const Odd& each, std::int64_t at) { return each.at < at; });
  for (std::int64_t i = 0; i < n; ++i) {
    const std::uint32_t word = narrow_.span()[static_cast<std::size_t>(from + i)];
    genes[i] = static_cast<std::int32_t>(word >> 16U);
    values[i] = (word & 0xffffU) != 0 ? static_cast<double>(word & 0xffffU) : (odd++)->value;
  }
}

}  // namespace gemflow
