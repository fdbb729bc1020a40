// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "gemflow/core/in_memory.hpp"
#include "gemflow/run/generate.hpp"
#include "support/chunks.hpp"

namespace gemflow::test {

/// A deep cell, a shallow one, and one without counts; three genes.
inline Chunk three_cells() {
  Chunk cells;
  cells.counts = counts({{900, 0, 200}, {1, 2, 0}, {0, 0, 0}});
  cells.cell_names = {"deep", "shallow", "none"};
  return cells;
}

inline std::unique_ptr<Reader> reader() { return read_memory(three_cells(), genes({"g0", "g1", "g2"})); }

/// One condition of one key.
inline Condition condition_of(std::string key, std::string value, std::int64_t num_samples) {
  Condition condition;
  condition.metadata.set(std::move(key), std::move(value));
  condition.num_samples = num_samples;
  return condition;
}

}  // namespace gemflow::test
