// SPDX-License-Identifier: Apache-2.0
#include "gemflow/ops/concat.hpp"

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <optional>
#include <utility>

#include "gemflow/core/error.hpp"
#include "gemflow/ops/joint_columns.hpp"
#include "gemflow/ops/joint_genes.hpp"
#include "gemflow/ops/met_genes.hpp"

namespace gemflow {
namespace {

using Names = std::shared_ptr<const std::vector<std::string>>;

/// The types that hold the values of several inputs: of the counts, and of each layer.
class JointTypes {
 public:
  void add(const Chunk& chunk) {
    take(0, chunk.counts);
    for (std::size_t i = 0; i < chunk.layers.size(); ++i) take(i + 1, chunk.layers[i].counts);
  }
  /// False where values would not fit.
  [[nodiscard]] bool store(Chunk& chunk) const {
    bool fits = store(0, chunk.counts);
    for (std::size_t i = 0; i < chunk.layers.size(); ++i) fits = store(i + 1, chunk.layers[i].counts) && fits;
    return fits;
  }

 private:
  void take(std::size_t matrix, const CountChunk& counts) {
    if (matrix == types_.size()) types_.push_back(counts.stored_type());
    types_[matrix] = common_type(types_[matrix], counts.stored_type());
  }
  [[nodiscard]] bool store(std::size_t matrix, CountChunk& counts) const {
    if (matrix >= types_.size() || common_type(types_[matrix], counts.stored_type()) != types_[matrix]) return false;
    counts.stored_type(types_[matrix]);
    return true;
  }

  std::vector<ValueType> types_;
};

/// What the first look at an input found, to be found again.
struct Look {
  std::int64_t n_cells = 0;
  std::string matrix;
  WholeMatrix whole;
};

class Concat final : public Reader {
 public:
  Concat(std::vector<ConcatInput> inputs, ConcatOptions options, Report& report)
      : inputs_(std::move(inputs)), sample_key_(std::move(options.sample_key)) {
    assert(!inputs_.empty());
    for (ConcatInput& input : inputs_) {
      if (input.file.empty()) input.file = input.sample;
    }
    name_samples();
    JointGenes by_index;
    for (const ConcatInput& input : inputs_) look_at(input, by_index);
    genes_ = meet_genes(inputs_, std::move(by_index), options.by, report);
    genes_.join(options.join);
  }

  [[nodiscard]] std::int64_t n_cells() const override {
    std::int64_t n = 0;
    for (const Look& look : looks_) n += look.n_cells;
    return n;
  }
  [[nodiscard]] const Genes& genes() const override { return genes_.genes(); }
  [[nodiscard]] std::string matrix() const override { return looks_.front().matrix; }
  [[nodiscard]] WholeMatrix whole() const override {
    WholeMatrix all{0, 0, false};
    for (const Look& look : looks_) {
      all.n_cells += look.whole.n_cells;
      all.n_nonzeros = all.n_nonzeros < 0 || look.whole.n_nonzeros < 0 ? -1 : all.n_nonzeros + look.whole.n_nonzeros;
      all.by_gene = all.by_gene || look.whole.by_gene;
    }
    return all;
  }

  bool next(Chunk& chunk, const Limit& limit) override {
    for (; current_ < inputs_.size(); ++current_) {
      if (looks_[current_].n_cells == 0) continue;
      if (!reader_) open_next();
      if (reader_->next(chunk, limit)) {
        take(chunk);
        return true;
      }
      reader_.reset();
    }
    chunk.clear(n_done_);
    return false;
  }

  void rewind() override {
    reader_.reset();
    current_ = 0;
    n_done_ = 0;
  }

 private:
  void name_samples() {
    std::vector<std::string> samples;
    for (const ConcatInput& input : inputs_) {
      if (std::find(samples.begin(), samples.end(), input.sample) != samples.end()) {
        throw Error(ErrorKind::usage, "two inputs are named '" + printable(input.sample) + "'",
                    "rename one of the files: a sample is named after its file");
      }
      samples.push_back(input.sample);
    }
    samples_ = std::make_shared<const std::vector<std::string>>(std::move(samples));
  }

  /// Genes, the number of cells and, where there are any, what the first one tells: types, and what stands beside it.
  void look_at(const ConcatInput& input, JointGenes& genes) {
    const auto reader = input.open();
    looks_.push_back({reader->n_cells(), reader->matrix(), reader->whole()});
    genes.add(input.sample, reader->genes());
    if (reader->n_cells() == 0) return;
    Chunk chunk;
    if (const auto type = reader->stored_type()) {
      chunk.counts.stored_type(*type);
    } else {
      Limit one;
      one.cells = 1;
      reader->next(chunk, one);
    }
    types_.add(chunk);
    columns_.add(chunk.obs);
    if (kinds_.empty()) kinds_ = kinds_beside_obs(chunk);
  }

  void open_next() {
    reader_ = inputs_[current_].open();
    const Look& look = looks_[current_];
    auto places = genes_.places(current_, reader_->genes());
    if (!places || reader_->n_cells() != look.n_cells || reader_->matrix() != look.matrix) refuse_changed();
    places_ = *std::move(places);
  }

  [[noreturn]] void refuse_changed() const {
    throw Error(ErrorKind::input,
                "joining: '" + printable(inputs_[current_].file) + "' is no longer what it was when its genes were looked at",
                "run it again once nobody writes to the file");
  }

  /// The input's cells become those of the whole.
  void take(Chunk& chunk) {
    if (kinds_beside_obs(chunk) != kinds_ || !types_.store(chunk) || !columns_.store(chunk.obs)) refuse_changed();
    move_genes(chunk.counts);
    for (Layer& layer : chunk.layers) move_genes(layer.counts);
    name_cells(chunk);
    name_sample(chunk);
    n_done_ += chunk.n_cells();
  }

  /// Counts in the joint genes.
  void move_genes(CountChunk& counts) {
    if (!places_.empty()) {
      CountChunk joint;
      joint.stored_type(counts.stored_type());
      for (std::int64_t cell = 0; cell < counts.n_cells(); ++cell) append_moved(joint, counts.cell(cell));
      counts = std::move(joint);
    }
    counts.number_from(n_done_);
  }

  void append_moved(CountChunk& counts, const CellCounts& own) {
    row_.clear();
    for (std::size_t i = 0; i < own.genes.size(); ++i) {
      const std::int32_t gene = places_[static_cast<std::size_t>(own.genes[i])];
      if (gene >= 0) row_.emplace_back(gene, own.values[i]);
    }
    std::sort(row_.begin(), row_.end());
    row_genes_.clear();
    row_values_.clear();
    for (const auto& [gene, value] : row_) {
      row_genes_.push_back(gene);
      row_values_.push_back(value);
    }
    counts.append(row_genes_, row_values_);
  }

  void name_cells(Chunk& chunk) const {
    if (inputs_.size() == 1) return;
    for (std::string& name : chunk.cell_names) name += "-" + inputs_[current_].sample;
  }

  void name_sample(Chunk& chunk) const {
    if (sample_key_.empty()) return;
    const auto n = static_cast<std::size_t>(chunk.n_cells());
    chunk.obs.push_back({sample_key_, Labels{std::vector<std::int32_t>(n, static_cast<std::int32_t>(current_)), samples_}});
  }

  std::vector<ConcatInput> inputs_;
  std::string sample_key_;
  Names samples_;
  std::vector<Look> looks_;
  JointGenes genes_;
  JointTypes types_;
  JointColumns columns_;
  std::string kinds_;                 ///< of every chunk
  std::unique_ptr<Reader> reader_;    ///< of the current input; null before its first cell
  std::vector<std::int32_t> places_;  ///< of its genes among the joint ones; empty where all gene lists are equal
  std::size_t current_ = 0;
  std::int64_t n_done_ = 0;
  std::vector<std::pair<std::int32_t, double>> row_;
  std::vector<std::int32_t> row_genes_;
  std::vector<double> row_values_;
};

}  // namespace

std::unique_ptr<Reader> concat(std::vector<ConcatInput> inputs, ConcatOptions options, Report& report) {
  return std::make_unique<Concat>(std::move(inputs), std::move(options), report);
}

}  // namespace gemflow
