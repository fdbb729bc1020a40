// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "gemflow/core/reader.hpp"
#include "gemflow/core/writer.hpp"

namespace gemflow {

/// What an in-memory writer was given; complete once `finished` is true.
struct Written {
  Genes genes;
  Chunk cells;  ///< all cells in one chunk
  Provenance provenance;
  bool finished = false;
};

/// A reader over cells that the caller already holds; all that stands beside them comes with the chunks.
/// REQUIRES: counts sorted within each cell; one name a cell.
[[nodiscard]] std::unique_ptr<Reader> read_memory(Chunk cells, Genes genes, std::string matrix = "X");

/// A writer into `written`, which must outlive it.
[[nodiscard]] std::unique_ptr<Writer> write_memory(Written& written);

}  // namespace gemflow
