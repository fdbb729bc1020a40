// SPDX-License-Identifier: Apache-2.0
#include "gemflow/ops/fold_change.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdint>
#include <limits>

#include "gemflow/ops/log_cpm.hpp"
#include "gemflow/ops/row_builder.hpp"

namespace gemflow {
namespace {

/// A cell's log2(CPM + 1), gene after gene.
class LogCell {
 public:
  LogCell(CellCounts cell, double total) : cell_(cell), factor_(per_million / total) {}

  /// The next gene; the largest number after the last one.
  [[nodiscard]] std::int32_t gene() const noexcept {
    return at_ < cell_.genes.size() ? cell_.genes[at_] : std::numeric_limits<std::int32_t>::max();
  }
  /// The value of `gene`, which is passed by, or 0 if the cell does not have it.
  double take(std::int32_t gene) noexcept {
    return this->gene() == gene ? std::log2(factor_ * cell_.values[at_++] + 1) : 0;
  }
  [[nodiscard]] bool is_done() const noexcept { return at_ == cell_.genes.size(); }

 private:
  CellCounts cell_;
  double factor_;
  std::size_t at_ = 0;
};

std::int64_t subtract(LogCell treated, LogCell control, RowRoom room) noexcept {
  std::int64_t n = 0;
  while (!treated.is_done() || !control.is_done()) {
    const std::int32_t gene = std::min(treated.gene(), control.gene());
    const double change = treated.take(gene) - control.take(gene);
    if (change == 0) continue;
    room.genes[n] = gene;
    room.values[n++] = change;
  }
  return n;
}

}  // namespace

Layer fold_change(const CountChunk& treated, const CountChunk& control, Workers& workers) {
  assert(treated.n_cells() == control.n_cells());
  Layer layer{"log2fc", {}};
  layer.counts.clear_like(treated);
  layer.counts.stored_type(ValueType::float32);
  const auto bound = [&](std::int64_t cell) {
    return static_cast<std::int64_t>(treated.cell(cell).genes.size() + control.cell(cell).genes.size());
  };
  const auto fill = [&](std::int64_t cell, int, RowRoom room) -> std::int64_t {
    const double treated_total = treated.total(cell);
    const double control_total = control.total(cell);
    if (treated_total <= 0 || control_total <= 0) return 0;
    return subtract({treated.cell(cell), treated_total}, {control.cell(cell), control_total}, room);
  };
  RowBuilder().build(layer.counts, treated.n_cells(), workers, bound, fill);
  return layer;
}

}  // namespace gemflow
