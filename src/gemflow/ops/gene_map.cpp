// SPDX-License-Identifier: Apache-2.0
// The counts' way to the model's genes and back.
#include "gemflow/ops/gene_map.hpp"

#include <cassert>
#include <utility>

#include "gemflow/ops/gene_map_state.hpp"

namespace gemflow {
namespace {

std::int64_t count_wanted(CellCounts cell, const std::int32_t* table) noexcept {
  std::int64_t n = 0;
  for (const std::int32_t gene : cell.genes) n += table[gene] == RowScatter::dump ? 0 : 1;
  return n;
}

}  // namespace

GeneMap::GeneMap(std::unique_ptr<State> state) : state_(std::move(state)) {}
GeneMap::GeneMap(GeneMap&&) noexcept = default;
GeneMap& GeneMap::operator=(GeneMap&&) noexcept = default;
GeneMap::~GeneMap() = default;

const GeneMatch& GeneMap::match() const noexcept { return state_->match; }

void GeneMap::align(const CountChunk& file_counts, CountChunk& out, Workers& workers) const {
  const State& map = *state_;
  if (map.identity) {
    out = file_counts;
    return;
  }
  out.clear_like(file_counts);
  const std::int32_t* const table = map.target.data();
  map.to_model.make_room(workers.count(), map.model.size());
  const auto bound = [&](std::int64_t cell) { return count_wanted(file_counts.cell(cell), table); };
  const auto fill = [&](std::int64_t cell, int slot, RowRoom room) {
    RowScatter& row = map.to_model.scatters[static_cast<std::size_t>(slot)];
    row.put(file_counts.cell(cell), table);
    return map.ascending ? row.take_sorted(room) : row.take(map.sums, room);
  };
  map.to_model.rows.build(out, file_counts.n_cells(), workers, bound, fill);
}

void GeneMap::place(const CountChunk& answer, const CountChunk* own, CountChunk& out, Workers& workers) const {
  const State& map = *state_;
  assert(own == nullptr || own->n_cells() == answer.n_cells());
  if (map.identity) {
    out = answer;
    return;
  }
  out.clear_like(answer);
  map.to_file.make_room(workers.count(), map.file.size());
  const auto bound = [&](std::int64_t cell) {
    const std::size_t n_own = own == nullptr ? 0 : own->cell(cell).genes.size();
    return static_cast<std::int64_t>(answer.cell(cell).genes.size() + n_own);
  };
  const auto fill = [&](std::int64_t cell, int slot, RowRoom room) {
    RowScatter& row = map.to_file.scatters[static_cast<std::size_t>(slot)];
    row.put(answer.cell(cell), map.back.data());
    if (own != nullptr) row.put(own->cell(cell), map.kept.data());
    return row.take(false, room);
  };
  map.to_file.rows.build(out, answer.n_cells(), workers, bound, fill);
}

std::vector<bool> GeneMap::measured() const {
  std::vector<bool> measured;
  for (const std::int32_t row : state_->back) measured.push_back(row != RowScatter::dump);
  return measured;
}

}  // namespace gemflow
