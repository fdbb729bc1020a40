// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "h5ad/cell_source.hpp"
#include "h5ad/csr_output.hpp"
#include "h5ad/matrix.hpp"
#include "h5ad/take.hpp"
#include "hdf5/node.hpp"

namespace gemflow::h5ad {
namespace {

/// For each old column its place among the new ones.
Positions inverse(const Positions& positions, std::int64_t n_old) {
  Positions to(static_cast<std::size_t>(n_old), -1);
  for (std::size_t i = 0; i < positions.size(); ++i) {
    if (positions[i] >= 0) to[static_cast<std::size_t>(positions[i])] = static_cast<std::int64_t>(i);
  }
  return to;
}

/// A sparse matrix that is written as rows come.
class Rows {
 public:
  Rows(hid_t to, const std::string& name, const StoredMatrix& matrix, const Picks* columns, Job& job)
      : output_(to, name, matrix.type), job_(job), n_columns_(matrix.shape.n_genes) {
    output_.add_to(writer_);
    if (columns == nullptr || columns->is_all) return;
    to_ = inverse(columns->positions, n_columns_);
    n_columns_ = static_cast<std::int64_t>(columns->positions.size());
    picks_columns_ = true;
  }

  void append(const CountChunk& rows) {
    job_.check_stop();
    if (picks_columns_) renumber(rows, to_, renumbered_);
    output_.give(picks_columns_ ? renumbered_ : rows);
    writer_.write_complete(*job_.workers);
  }

  [[nodiscard]] std::vector<hdf5::Receipt> finish() {
    output_.finish(n_columns_);
    return writer_.finish();
  }

 private:
  CsrOutput output_;
  hdf5::StripeWriter writer_;
  Job& job_;
  std::int64_t n_columns_;
  bool picks_columns_ = false;
  Positions to_;
  CountChunk renumbered_;
};

/// Rows in file order, as they come.
void append_runs(CellSource& source, std::int64_t n, Rows& rows) {
  CountChunk chunk;
  for (std::int64_t done = 0; done < n;) {
    const std::int64_t more = source.n_that_fit({});
    chunk.clear(done);
    source.take(more, chunk);
    rows.append(chunk);
    done += more;
  }
}

/// Rows in any order: held in memory, for the axis is that of genes.
void append_in_order(CellSource& source, std::int64_t n, const Positions& positions, Rows& rows) {
  CountChunk all;
  for (std::int64_t done = 0; done < n;) {
    const std::int64_t more = source.n_that_fit({});
    source.take(more, all);
    done += more;
  }
  CountChunk chunk;
  for (std::size_t begin = 0; begin < positions.size();) {
    chunk.clear(static_cast<std::int64_t>(begin));
    for (; begin < positions.size() && chunk.n_nonzeros() < Limit().nonzeros; ++begin) {
      const CellCounts row = positions[begin] < 0 ? CellCounts() : all.cell(positions[begin]);
      chunk.append(row.genes, row.values);
    }
    rows.append(chunk);
  }
}

CellRuns runs_of(const Positions& positions) {
  CellRuns runs;
  for (const std::int64_t row : positions) append_cell(runs, row);
  return runs;
}

}  // namespace

void take_sparse(const Member& from, const Member& to, const Axes& axes, const TakeContext& context) {
  const StoredMatrix matrix = describe_matrix(from.parent, {from.name, from.name, ""});
  const std::int64_t n_rows = matrix.shape.n_cells;
  require_axes(hdf5::open_group(from.parent, from.name), std::array{n_rows, matrix.shape.n_genes}, axes);
  Rows rows(to.parent, to.name, matrix, axes.columns, *context.job);
  const Picks* picks = axes.rows;
  const bool is_same = picks == nullptr || picks->is_all;
  const bool goes_up =
      is_same || (!picks->has_missing && std::is_sorted(picks->positions.begin(), picks->positions.end()) &&
                  std::adjacent_find(picks->positions.begin(), picks->positions.end()) == picks->positions.end());
  const CellRuns runs = is_same || !goes_up ? all_cells(n_rows) : runs_of(picks->positions);
  const std::unique_ptr<CellSource> source = read_cells(from.parent, matrix, runs, *context.job);
  if (goes_up) {
    append_runs(*source, count_cells(runs), rows);
  } else {
    append_in_order(*source, n_rows, picks->positions, rows);
  }
  for (hdf5::Receipt& receipt : rows.finish()) context.receipts->push_back(std::move(receipt));
}

}  // namespace gemflow::h5ad
