// SPDX-License-Identifier: Apache-2.0
#include "matrix_market/mtx_source.hpp"

#include <utility>

#include <fmt/core.h>

namespace gemflow {
namespace {

constexpr std::int64_t n_probed = 1'000'000;

bool is_cell_by_cell(MtxEntries& entries, const MtxAxes& axes) {
  MtxEntry entry;
  std::int64_t last = 0;
  bool in_order = true;
  for (std::int64_t i = 0; in_order && i < n_probed && entries.next(entry); ++i) {
    in_order = axes.cell_of(entry) >= last;
    last = axes.cell_of(entry);
  }
  entries.rewind();
  return in_order;
}

class CellByCellMtx final : public CellByCell {
 public:
  CellByCellMtx(std::unique_ptr<MtxEntries> entries, MtxAxes axes, const ChosenCells& cells, const Job& job)
      : CellByCell(job), entries_(std::move(entries)), axes_(std::move(axes)), cells_(&cells) {}

 protected:
  bool read_cell(std::vector<std::int32_t>& genes, std::vector<double>& values) override {
    if (n_given_ == cells_->size()) return false;
    const std::int64_t cell = cells_->is_all ? n_given_ : cells_->numbers[static_cast<std::size_t>(n_given_)];
    while (has_entry() && axes_.cell_of(entry_) <= cell) {
      const std::int32_t gene = axes_.gene_of(entry_);
      if (axes_.cell_of(entry_) == cell && gene >= 0 && entry_.value != 0) {
        genes.push_back(gene);
        values.push_back(entry_.value);
      }
      holds_entry_ = false;
    }
    ++n_given_;
    return true;
  }

  void rewind_file() override {
    entries_->rewind();
    n_given_ = 0;
    last_cell_ = 0;
    holds_entry_ = false;
  }

 private:
  /// Whether `entry_` is an entry that was not used; reads the next one where it was.
  bool has_entry() {
    if (holds_entry_) return true;
    if (!entries_->next(entry_)) return false;
    const std::int64_t cell = axes_.cell_of(entry_);
    if (cell < last_cell_) {
      throw entries_->error_here(
          fmt::format("goes back from cell {} to cell {}, and all before it is cell by cell", last_cell_ + 1, cell + 1),
          "sort the entries by cell and then by gene");
    }
    last_cell_ = cell;
    holds_entry_ = true;
    return true;
  }

  std::unique_ptr<MtxEntries> entries_;
  MtxAxes axes_;
  const ChosenCells* cells_;
  std::int64_t n_given_ = 0;
  std::int64_t last_cell_ = 0;
  MtxEntry entry_;
  bool holds_entry_ = false;
};

void feed_entries(MtxEntries& entries, const MtxAxes& axes, const ChosenCells& cells, const Job& job,
                  TurnedCounts& turned_counts) {
  MtxEntry entry;
  for (std::int64_t i = 0; entries.next(entry); ++i) {
    if (i % n_probed == 0) {
      job.check_stop();
      job.report->progress("entries sorted by cell", i, entries.header().n_entries);
    }
    const std::int32_t cell = cells.place_of(axes.cell_of(entry));
    const std::int32_t gene = axes.gene_of(entry);
    if (cell >= 0 && gene >= 0) turned_counts.add(cell, gene, entry.value);
  }
}

}  // namespace

std::unique_ptr<CountSource> mtx_source(std::unique_ptr<MtxEntries> entries, MtxAxes axes, const ChosenCells& cells,
                                        const Job& job) {
  if (is_cell_by_cell(*entries, axes)) {
    return std::make_unique<CellByCellMtx>(std::move(entries), std::move(axes), cells, job);
  }
  const std::shared_ptr<MtxEntries> shared = std::move(entries);
  return turned(cells.size(), job, [shared, axes = std::move(axes), &cells, &job](TurnedCounts& turned_counts) {
    feed_entries(*shared, axes, cells, job, turned_counts);
  });
}

}  // namespace gemflow
