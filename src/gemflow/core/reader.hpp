// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "gemflow/core/chunk.hpp"
#include "gemflow/core/genes.hpp"

namespace gemflow {

/// How much one chunk may hold. A chunk has at least one cell, however large that is.
struct Limit {
  std::int64_t cells = std::numeric_limits<std::int64_t>::max();
  std::int64_t nonzeros = 1'300'000;  ///< about 16 MB decoded: the unit of work of every stage
};

/// Cells of one file (or of several, or of memory) in file order. Memory is bounded by the limit, not by the file.
class Reader {
 public:
  virtual ~Reader() = default;
  /// Cells that will come in all.
  [[nodiscard]] virtual std::int64_t n_cells() const = 0;
  [[nodiscard]] virtual const Genes& genes() const = 0;
  /// Which matrix of the file is read: "X", "raw/X", "layers/counts"; a table has the one "counts".
  [[nodiscard]] virtual std::string matrix() const = 0;
  /// The type that the file stores counts as, from readers that know it before the first chunk and that bring nothing beside
  /// counts and names; a chunk tells it too.
  [[nodiscard]] virtual std::optional<ValueType> stored_type() const { return std::nullopt; }
  /// Refills the chunk with the next cells; false, and an empty chunk, after the last one.
  /// Errors: input (damaged), memory, interrupted.
  virtual bool next(Chunk& chunk, const Limit& limit) = 0;
  /// The next call of `next` begins at the first cell again.
  virtual void rewind() = 0;
};

}  // namespace gemflow
