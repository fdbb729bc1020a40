// SPDX-License-Identifier: Apache-2.0
#include "gemflow/run/role_rows.hpp"

#include <cassert>

#include "gemflow/core/slice.hpp"

namespace gemflow {
namespace {

CountChunk by_turns(const CountChunk& one, const CountChunk& other) {
  CountChunk both;
  both.stored_type(common_type(one.stored_type(), other.stored_type()));
  for (std::int64_t cell = 0; cell < one.n_cells(); ++cell) {
    both.append(one.cell(cell).genes, one.cell(cell).values);
    both.append(other.cell(cell).genes, other.cell(cell).values);
  }
  return both;
}

/// What stands beside the counts alone.
Chunk beside(const Chunk& chunk) {
  Chunk rest;
  rest.counts.append_empty(chunk.n_cells());
  rest.obs = chunk.obs;
  rest.obsm = chunk.obsm;
  return rest;
}

}  // namespace

Chunk take_turns(const Chunk& treated, const Chunk& control) {
  assert(treated.n_cells() == control.n_cells() && treated.layers.size() == control.layers.size());
  Chunk both;
  if (!treated.obs.empty() || !treated.obsm.empty()) {
    const Chunk one = beside(treated);
    const Chunk other = beside(control);
    for (std::int64_t cell = 0; cell < one.n_cells(); ++cell) {
      append(both, slice(one, cell, cell + 1));
      append(both, slice(other, cell, cell + 1));
    }
  }
  both.counts = by_turns(treated.counts, control.counts);
  for (std::size_t i = 0; i < treated.layers.size(); ++i) {
    both.layers.push_back({treated.layers[i].name, by_turns(treated.layers[i].counts, control.layers[i].counts)});
  }
  return both;
}

CountChunk with_empty_turns(const CountChunk& counts) {
  CountChunk empty;
  empty.stored_type(counts.stored_type());
  empty.append_empty(counts.n_cells());
  return by_turns(counts, empty);
}

}  // namespace gemflow
