// SPDX-License-Identifier: Apache-2.0
#include "gemflow/ops/row_scatter.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace gemflow {
namespace {

/// What the kernels below work on.
struct Row {
  std::uint64_t* marks;
  std::int32_t* before;
  std::size_t n_words;
  const std::int32_t* genes;
  const double* values;
  std::size_t n;
  bool may_repeat;
};

std::size_t word_of(std::int32_t gene) noexcept { return static_cast<std::size_t>(gene) / 64; }
std::uint64_t bit_of(std::int32_t gene) noexcept { return std::uint64_t{1} << (static_cast<std::uint32_t>(gene) % 64); }

/// Compiled twice: popcount is one instruction on every x86-64 since 2008, and a dozen without it.
[[gnu::always_inline]] inline std::int64_t take_row(const Row& row, RowRoom room) {
  for (std::size_t i = 0; i < row.n; ++i) row.marks[word_of(row.genes[i])] |= bit_of(row.genes[i]);
  std::int32_t n = 0;
  for (std::size_t word = 0; word < row.n_words; ++word) {
    row.before[word] = n;
    n += std::popcount(row.marks[word]);
  }
  const auto place_of = [&row](std::int32_t gene) {
    return row.before[word_of(gene)] + std::popcount(row.marks[word_of(gene)] & (bit_of(gene) - 1));
  };
  if (row.may_repeat) {
    std::fill_n(room.values, n, 0.0);
    for (std::size_t i = 0; i < row.n; ++i) {
      const std::int32_t place = place_of(row.genes[i]);
      room.genes[place] = row.genes[i];
      room.values[place] += row.values[i];
    }
  } else {
    for (std::size_t i = 0; i < row.n; ++i) {
      const std::int32_t place = place_of(row.genes[i]);
      room.genes[place] = row.genes[i];
      room.values[place] = row.values[i];
    }
  }
  std::fill_n(row.marks, row.n_words, 0);
  return n;
}

std::int64_t take_anywhere(const Row& row, RowRoom room) { return take_row(row, room); }

#if defined(__x86_64__)
[[gnu::target("popcnt")]] std::int64_t take_with_popcnt(const Row& row, RowRoom room) { return take_row(row, room); }

auto best_take() { return __builtin_cpu_supports("popcnt") ? take_with_popcnt : take_anywhere; }
#else
auto best_take() { return take_anywhere; }
#endif

}  // namespace

void RowScatter::put(CellCounts cell, const std::int32_t* table) {
  const std::size_t room = n_ + cell.genes.size();
  if (genes_.size() < room) {
    genes_.resize(room);
    values_.resize(room);
  }
  std::int32_t* const genes = genes_.data();
  double* const values = values_.data();
  std::size_t n = n_;
  for (std::size_t i = 0; i < cell.genes.size(); ++i) {
    genes[n] = table[cell.genes[i]];
    values[n] = cell.values[i];
    n += genes[n] == dump ? 0 : 1;
  }
  n_ = n;
}

std::int64_t RowScatter::take(bool may_repeat, RowRoom room) {
  static const auto take_best = best_take();
  const std::size_t n = std::exchange(n_, 0);
  return take_best({marks_.data(), before_.data(), marks_.size(), genes_.data(), values_.data(), n, may_repeat}, room);
}

std::int64_t RowScatter::take_sorted(RowRoom room) {
  std::copy_n(genes_.begin(), n_, room.genes);
  std::copy_n(values_.begin(), n_, room.values);
  return static_cast<std::int64_t>(std::exchange(n_, 0));
}

}  // namespace gemflow
