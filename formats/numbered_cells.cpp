// SPDX-License-Identifier: Apache-2.0
#include "numbered_cells.hpp"

#include <string>
#include <utility>

namespace gemflow {
namespace {

class NumberedCells final : public Reader {
 public:
  NumberedCells(std::int64_t first, std::unique_ptr<Reader> cells) : first_(first), cells_(std::move(cells)) {}

  [[nodiscard]] std::int64_t n_cells() const override { return cells_->n_cells(); }
  [[nodiscard]] const Genes& genes() const override { return cells_->genes(); }
  [[nodiscard]] std::string matrix() const override { return cells_->matrix(); }

  bool next(Chunk& chunk, const Limit& limit) override {
    const bool there = cells_->next(chunk, limit);
    shift(chunk.counts);
    for (Layer& layer : chunk.layers) shift(layer.counts);
    return there;
  }

  void rewind() override { cells_->rewind(); }

 private:
  void shift(CountChunk& counts) const noexcept { counts.first_cell(first_ + counts.first_cell()); }

  std::int64_t first_;
  std::unique_ptr<Reader> cells_;
};

}  // namespace

std::unique_ptr<Reader> number_from(std::int64_t first, std::unique_ptr<Reader> cells) {
  return std::make_unique<NumberedCells>(first, std::move(cells));
}

}  // namespace gemflow
