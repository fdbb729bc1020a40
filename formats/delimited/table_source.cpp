// SPDX-License-Identifier: Apache-2.0
#include "delimited/table_source.hpp"

#include <utility>

namespace gemflow {
namespace {

class CellsInRows final : public CellByCell {
 public:
  CellsInRows(std::unique_ptr<TableRows> rows, const ChosenCells& cells, const Job& job)
      : CellByCell(job), rows_(std::move(rows)), cells_(&cells) {}

 protected:
  bool read_cell(std::vector<std::int32_t>& genes, std::vector<double>& values) override {
    if (n_given_ == cells_->size()) return false;
    const std::int64_t cell = cells_->is_all ? n_given_ : cells_->numbers[static_cast<std::size_t>(n_given_)];
    for (; n_read_ <= cell; ++n_read_) {
      if (!rows_->next()) throw rows_->error_here("is the last one now: the file changed while it was read");
    }
    rows_->parse(row_);
    genes.swap(row_.columns);
    values.swap(row_.values);
    ++n_given_;
    return true;
  }

  void rewind_file() override {
    rows_->rewind();
    n_given_ = n_read_ = 0;
  }

 private:
  std::unique_ptr<TableRows> rows_;
  const ChosenCells* cells_;
  RowValues row_;
  std::int64_t n_given_ = 0;
  std::int64_t n_read_ = 0;
};

void add_gene(const RowValues& row, std::int32_t gene, const ChosenCells& cells, TurnedCounts& turned_counts) {
  for (std::size_t i = 0; i < row.columns.size(); ++i) {
    const std::int32_t cell = cells.place_of(row.columns[i]);
    if (cell >= 0) turned_counts.add(cell, gene, row.values[i]);
  }
}

void feed_genes(TableRows& rows, const TableAxes& axes, const ChosenCells& cells, const Job& job,
                TurnedCounts& turned_counts) {
  RowValues row;
  std::int64_t number = 0;
  for (; rows.next(); ++number) {
    if (number == axes.n_rows) throw rows.error_here("is a row too many: the file changed while it was read");
    if (number % 256 == 0) {
      job.check_stop();
      job.report->progress("genes", number, axes.n_rows);
    }
    const std::int32_t gene = axes.genes.place_of(number);
    if (gene < 0) continue;
    rows.parse(row);
    add_gene(row, gene, cells, turned_counts);
  }
  if (number < axes.n_rows) throw rows.error_here("is the last one now: the file changed while it was read");
}

}  // namespace

std::unique_ptr<CountSource> table_source(std::unique_ptr<TableRows> rows, TableAxes axes, const ChosenCells& cells,
                                          const Job& job) {
  if (axes.cells_in_rows) return std::make_unique<CellsInRows>(std::move(rows), cells, job);
  const std::shared_ptr<TableRows> shared = std::move(rows);
  return turned(cells.size(), job, [shared, axes = std::move(axes), &cells, &job](TurnedCounts& turned_counts) {
    feed_genes(*shared, axes, cells, job, turned_counts);
  });
}

}  // namespace gemflow
