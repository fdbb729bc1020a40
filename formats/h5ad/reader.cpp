// SPDX-License-Identifier: Apache-2.0
#include "h5ad/reader.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "h5ad/obsm_reader.hpp"
#include "h5ad/picked_rows.hpp"
#include "hdf5/fault.hpp"

namespace gemflow::h5ad {
namespace {

/// A chunk of cells that are nearly all empty is long in names, not in counts.
constexpr std::int64_t most_cells = 131'072;

class H5adReader final : public Reader {
 public:
  explicit H5adReader(ReaderParts parts)
      : parts_(std::move(parts)),
        share_(share_of(*parts_.job, 1 + parts_.layers.size() + parts_.obsm.size())),
        n_cells_(count_cells(parts_.cells)),
        walk_(parts_.cells) {
    if (parts_.with_counts) {
      genes_ = read_genes(DataFrame(parts_.file, parts_.matrix.place.var));
      counts_ = read_cells(parts_.file, parts_.matrix, parts_.cells, share_);
    }
    for (const StoredMatrix& layer : parts_.layers) {
      layers_.push_back(read_cells(parts_.file, layer, parts_.cells, share_));
    }
    for (const std::string& name : parts_.columns) columns_.push_back(parts_.obs.column(name));
    for (const std::string& name : parts_.obsm) {
      obsm_.push_back(std::make_unique<ObsmReader>(parts_.file, name, parts_.obs.n_rows(), share_));
    }
  }

  [[nodiscard]] std::int64_t n_cells() const override { return n_cells_; }
  /// Without counts they are read when they are first asked for: of many parts of one run they are known.
  [[nodiscard]] const Genes& genes() const override {
    if (!genes_) genes_ = read_genes(DataFrame(parts_.file, parts_.matrix.place.var));
    return *genes_;
  }
  [[nodiscard]] std::string matrix() const override { return parts_.matrix.place.name; }
  [[nodiscard]] WholeMatrix whole() const override {
    return {parts_.obs.n_rows(), parts_.matrix.n_nonzeros, parts_.matrix.layout == MatrixLayout::csc};
  }

  bool next(Chunk& chunk, const Limit& limit) override {
    std::vector<Layer> layers = std::move(chunk.layers);  // their memory is used again
    chunk.clear();
    chunk.counts.stored_type(parts_.matrix.type);
    if (walk_.n_left() == 0) return false;
    const Limit bounded{std::min(limit.cells, most_cells_beside()), limit.nonzeros};
    const std::int64_t n = n_that_fit(bounded);
    const CellRuns rows = walk_.next(n);
    chunk.counts.number_cells(numbers_of(rows));
    if (counts_) {
      counts_->take(n, chunk.counts);
    } else {
      chunk.counts.append_empty(n);
    }
    read_layers(n, chunk.counts, layers);
    chunk.layers = std::move(layers);
    pick_names(parts_.obs, rows, chunk.cell_names);
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      chunk.obs.push_back(pick_rows(*columns_[i], parts_.columns[i], rows));
    }
    for (const auto& matrix : obsm_) chunk.obsm.push_back(matrix->pick(rows));
    return true;
  }

  void rewind() override {
    walk_.rewind();
    if (counts_) counts_->rewind();
    for (const auto& layer : layers_) layer->rewind();
  }

 private:
  /// The job of one of `n` matrices that are read side by side.
  static Job share_of(Job job, std::size_t n) {
    job.memory /= n;
    return job;
  }

  /// Where no counts come, the layers bound a chunk.
  [[nodiscard]] std::int64_t n_that_fit(const Limit& limit) const {
    if (counts_) return counts_->n_that_fit(limit);
    std::int64_t n = std::min(limit.cells, walk_.n_left());
    for (const auto& layer : layers_) n = std::min(n, layer->n_that_fit(limit));
    return n;
  }

  /// A chunk's matrices beside the cells take no more than its counts may.
  [[nodiscard]] std::int64_t most_cells_beside() const noexcept {
    constexpr std::int64_t most_values = 4 * Limit{}.nonzeros;
    std::int64_t width = 1;
    for (const auto& matrix : obsm_) width += matrix->n_columns();
    return std::clamp<std::int64_t>(most_values / width, 1, most_cells);
  }

  void read_layers(std::int64_t n, const CountChunk& beside, std::vector<Layer>& layers) {
    layers.resize(layers_.size());
    for (std::size_t i = 0; i < layers_.size(); ++i) {
      constexpr std::size_t behind_folder = std::string_view("layers/").size();
      layers[i].name = parts_.layers[i].place.name.substr(behind_folder);
      layers[i].counts.clear_like(beside);
      layers[i].counts.stored_type(parts_.layers[i].type);
      layers_[i]->take(n, layers[i].counts);
    }
  }

  ReaderParts parts_;
  Job share_;
  mutable std::optional<Genes> genes_;
  std::int64_t n_cells_;
  CellWalk walk_;
  std::unique_ptr<CellSource> counts_;  ///< null where no counts are wanted
  std::vector<std::unique_ptr<CellSource>> layers_;
  std::vector<std::unique_ptr<ColumnReader>> columns_;
  std::vector<std::unique_ptr<ObsmReader>> obsm_;
};

}  // namespace

std::unique_ptr<Reader> make_reader(ReaderParts parts) { return std::make_unique<H5adReader>(std::move(parts)); }

}  // namespace gemflow::h5ad
