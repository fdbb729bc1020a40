// SPDX-License-Identifier: Apache-2.0
#include "count_source.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace gemflow {
namespace {

class TurnedSource final : public CountSource {
 public:
  TurnedSource(std::int64_t n_cells, const Job& job, std::function<void(TurnedCounts&)> feed)
      : turned_(n_cells, job), feed_(std::move(feed)) {}

  void fill(CountChunk& counts, const Limit& limit) override {
    if (feed_) {
      feed_(turned_);
      turned_.seal();
      feed_ = nullptr;
    }
    turned_.take(turned_.n_that_fit(limit), counts);
  }

  void rewind() override {
    if (!feed_) turned_.rewind();
  }

 private:
  TurnedCounts turned_;
  std::function<void(TurnedCounts&)> feed_;  ///< empty once the file was read
};

class SourceReader final : public Reader {
 public:
  SourceReader(SourceFacts facts, const Job& job, const MakeSource& make_source)
      : facts_(std::move(facts)), job_(job), source_(make_source(facts_, job_)) {}

  [[nodiscard]] std::int64_t n_cells() const override { return facts_.cells.size(); }
  [[nodiscard]] const Genes& genes() const override { return facts_.genes; }
  [[nodiscard]] std::string matrix() const override { return facts_.matrix; }
  [[nodiscard]] std::optional<ValueType> stored_type() const override { return facts_.stored_type; }

  bool next(Chunk& chunk, const Limit& limit) override {
    job_.check_stop();
    chunk.clear();
    chunk.counts.stored_type(facts_.stored_type);
    if (next_cell_ == n_cells()) return false;
    source_->fill(chunk.counts, limit);
    number(chunk.counts);
    const auto first = facts_.cells.names.begin() + next_cell_;
    chunk.cell_names.assign(first, first + chunk.n_cells());
    next_cell_ += chunk.n_cells();
    return chunk.n_cells() > 0;
  }

  void rewind() override {
    next_cell_ = 0;
    source_->rewind();
  }

 private:
  void number(CountChunk& counts) const {
    std::vector<std::int64_t> numbers;
    for (std::int64_t cell = 0; cell < counts.n_cells(); ++cell) numbers.push_back(facts_.cells.number_of(next_cell_ + cell));
    counts.number_cells(numbers);
  }

  SourceFacts facts_;
  Job job_;
  std::unique_ptr<CountSource> source_;
  std::int64_t next_cell_ = 0;
};

}  // namespace

void CellByCell::fill(CountChunk& counts, const Limit& limit) {
  while (counts.n_cells() < limit.cells) {
    if (!is_held_) {
      genes_.clear();
      values_.clear();
      if (!read_cell(genes_, values_)) return;
      tidy();
    }
    const std::int64_t n_after = counts.n_nonzeros() + static_cast<std::int64_t>(genes_.size());
    is_held_ = counts.n_cells() > 0 && n_after > limit.nonzeros;
    if (is_held_) return;
    counts.append(genes_, values_);
    if (counts.n_cells() % 1024 == 0) job_->check_stop();
  }
}

void CellByCell::rewind() {
  is_held_ = false;
  rewind_file();
}

/// Sorts the cell by gene where the file does not, and sums entries of one gene.
void CellByCell::tidy() {
  if (std::adjacent_find(genes_.begin(), genes_.end(), std::greater_equal<>()) == genes_.end()) return;
  std::vector<std::size_t> order(genes_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return genes_[a] < genes_[b]; });
  std::vector<std::int32_t> genes;
  std::vector<double> values;
  for (const std::size_t i : order) {
    if (!genes.empty() && genes.back() == genes_[i]) {
      values.back() += values_[i];
    } else {
      genes.push_back(genes_[i]);
      values.push_back(values_[i]);
    }
  }
  genes_.swap(genes);
  values_.swap(values);
}

std::unique_ptr<CountSource> turned(std::int64_t n_cells, const Job& job, std::function<void(TurnedCounts&)> feed) {
  return std::make_unique<TurnedSource>(n_cells, job, std::move(feed));
}

std::unique_ptr<Reader> read_source(SourceFacts facts, const Job& job, const MakeSource& make_source) {
  return std::make_unique<SourceReader>(std::move(facts), job, make_source);
}

}  // namespace gemflow
