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

/// What a file tells of its matrix before a value is read, whichever of its cells were chosen.
struct WholeMatrix {
  std::int64_t n_cells = 0;
  std::int64_t n_nonzeros = -1;  ///< as stored, zeros that are written out among them; -1: not known without reading
  bool by_gene = false;          ///< it may lie gene by gene, and is turned then
};

/// Cells of one file (or of several, or of memory) in file order. Memory is bounded by the limit, not by the file.
class Reader {
 public:
  virtual ~Reader() = default;
  /// Cells that will come in all.
  [[nodiscard]] virtual std::int64_t n_cells() const = 0;
  /// Without counts the first call may read them from the file, hence no other call beside it. Errors: input (damaged).
  [[nodiscard]] virtual const Genes& genes() const = 0;
  /// Which matrix of the file is read: "X", "raw/X", "layers/counts"; a table has the one "counts".
  [[nodiscard]] virtual std::string matrix() const = 0;
  /// The type that the file stores counts as, from readers that know it before the first chunk and that bring nothing beside
  /// counts and names; a chunk tells it too.
  [[nodiscard]] virtual std::optional<ValueType> stored_type() const { return std::nullopt; }
  /// Of all cells of the file, also where a range of them is read.
  [[nodiscard]] virtual WholeMatrix whole() const = 0;
  /// Refills the chunk with the next cells; false, and an empty chunk, after the last one.
  /// Errors: input (damaged), memory, interrupted.
  virtual bool next(Chunk& chunk, const Limit& limit) = 0;
  /// The next call of `next` begins at the first cell again.
  virtual void rewind() = 0;
};

}  // namespace gemflow
