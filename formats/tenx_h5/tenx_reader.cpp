// SPDX-License-Identifier: Apache-2.0
#include "tenx_h5/tenx_reader.hpp"

#include <utility>
#include <vector>

#include <fmt/core.h>

#include "cell_runs.hpp"
#include "chosen_cells.hpp"
#include "hdf5/fault.hpp"
#include "hdf5/file.hpp"
#include "hdf5/node.hpp"
#include "hdf5/numbers.hpp"

namespace gemflow::tenx {
namespace {

class TenxReader final : public Reader {
 public:
  TenxReader(Matrix matrix, CellRuns cells, const Job& job)
      : job_(job),
        matrix_(std::move(matrix)),
        walk_(cells),
        n_cells_(walk_.n_left()),
        counts_(matrix_.group, matrix_.shape(), std::move(cells), job_) {}

  [[nodiscard]] std::int64_t n_cells() const override { return n_cells_; }
  [[nodiscard]] const Genes& genes() const override { return matrix_.features.genes(); }
  [[nodiscard]] std::string matrix() const override { return matrix_.place.group; }
  [[nodiscard]] WholeMatrix whole() const override {
    return {matrix_.barcodes.size(), matrix_.features.are_genes() ? counts_.n_nonzeros() : -1, false};
  }

  bool next(Chunk& chunk, const Limit& limit) override {
    chunk.clear();
    chunk.counts.stored_type(counts_.stored_type());
    if (walk_.n_left() == 0) return false;
    const std::int64_t n = counts_.n_that_fit(limit);
    const CellRuns rows = walk_.next(n);
    chunk.counts.number_cells(numbers_of(rows));
    if (matrix_.features.are_genes()) {
      counts_.take(n, chunk.counts);
    } else {
      by_feature_.clear();
      counts_.take(n, by_feature_);
      matrix_.features.gather(by_feature_, chunk.counts, *job_.workers);
    }
    for (const CellRun& run : rows) matrix_.barcodes.append(run.begin, run.size(), chunk.cell_names);
    return true;
  }

  void rewind() override {
    walk_.rewind();
    counts_.rewind();
  }

 private:
  Job job_;
  Matrix matrix_;
  CellWalk walk_;
  std::int64_t n_cells_;
  hdf5::CompressedCells counts_;
  CountChunk by_feature_;
};

/// `shape` is (features, barcodes).
void require_shape(hid_t group, const hdf5::MatrixShape& shape) {
  const std::vector<std::int64_t> said = hdf5::read_integers(group, "shape", 2);
  if (said.size() == 2 && said[0] == shape.n_genes && said[1] == shape.n_cells) return;
  throw hdf5::fault(group,
                    fmt::format("is not that of {} features and {} barcodes: it says {} x {}", shape.n_genes,
                                shape.n_cells, said.empty() ? 0 : said.front(), said.empty() ? 0 : said.back()),
                    {}, "shape");
}

}  // namespace

Matrix::Matrix(const std::filesystem::path& path, const std::string& wanted, Report& report)
    : file(hdf5::open_to_read(path, report)),
      place(choose_place(file, wanted, path)),
      group(hdf5::open_group(file, place.group)),
      barcodes(hdf5::open_dataset(group, "barcodes")),
      features(file, place, path, report) {
  require_shape(group, shape());
}

std::unique_ptr<Reader> open(const std::filesystem::path& path, const OpenOptions& options, Job& job) {
  Matrix matrix(path, options.matrix, *job.report);
  OpenOptions beside = options;
  beside.matrix = "auto";
  if (!options.cells.where.empty()) beside.obs.push_back(options.cells.where.front().first);
  refuse_what_is_absent(beside, matrix.place.group, path);
  const CellNames names{matrix.barcodes.size(), [&](std::int64_t begin, std::int64_t n, std::vector<std::string>& out) {
                          matrix.barcodes.append(begin, n, out);
                        }};
  CellRuns cells = choose_cells(options.cells, names, path, job);
  return std::make_unique<TenxReader>(std::move(matrix), std::move(cells), job);
}

}  // namespace gemflow::tenx
