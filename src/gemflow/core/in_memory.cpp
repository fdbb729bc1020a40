// SPDX-License-Identifier: Apache-2.0
#include "gemflow/core/in_memory.hpp"

#include <cassert>
#include <utility>

#include "gemflow/core/slice.hpp"

namespace gemflow {
namespace {

class MemoryReader final : public Reader {
 public:
  MemoryReader(Chunk cells, Genes genes, std::string matrix)
      : cells_(std::move(cells)), genes_(std::move(genes)), matrix_(std::move(matrix)) {
    assert(static_cast<std::int64_t>(cells_.cell_names.size()) == cells_.n_cells());
  }

  [[nodiscard]] std::int64_t n_cells() const override { return cells_.n_cells(); }
  [[nodiscard]] const Genes& genes() const override { return genes_; }
  [[nodiscard]] std::string matrix() const override { return matrix_; }
  [[nodiscard]] WholeMatrix whole() const override { return {n_cells(), cells_.counts.n_nonzeros(), false}; }

  bool next(Chunk& chunk, const Limit& limit) override {
    const std::int64_t begin = next_cell_;
    next_cell_ = end_of_chunk(limit);
    chunk = slice(cells_, begin, next_cell_);
    return chunk.n_cells() > 0;
  }

  void rewind() override { next_cell_ = 0; }

 private:
  [[nodiscard]] std::int64_t end_of_chunk(const Limit& limit) const {
    std::int64_t end = next_cell_;
    std::int64_t nonzeros = 0;
    while (end < n_cells() && end - next_cell_ < limit.cells) {
      nonzeros += static_cast<std::int64_t>(cells_.counts.cell(end).genes.size());
      if (end > next_cell_ && nonzeros > limit.nonzeros) break;
      ++end;
    }
    return end;
  }

  Chunk cells_;
  Genes genes_;
  std::string matrix_;
  std::int64_t next_cell_ = 0;
};

class MemoryWriter final : public Writer {
 public:
  explicit MemoryWriter(Written& written) : written_(&written) {}

  void genes(const Genes& genes) override { written_->genes = genes; }
  void append(const Chunk& chunk) override { gemflow::append(written_->cells, chunk); }
  void finish(const Provenance& provenance) override {
    written_->provenance = provenance;
    written_->finished = true;
  }

 private:
  Written* written_;
};

}  // namespace

std::unique_ptr<Reader> read_memory(Chunk cells, Genes genes, std::string matrix) {
  return std::make_unique<MemoryReader>(std::move(cells), std::move(genes), std::move(matrix));
}

std::unique_ptr<Writer> write_memory(Written& written) { return std::make_unique<MemoryWriter>(written); }

}  // namespace gemflow
