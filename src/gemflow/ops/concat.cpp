// SPDX-License-Identifier: Apache-2.0
#include "gemflow/ops/concat.hpp"

#include <algorithm>
#include <cassert>
#include <optional>
#include <unordered_map>
#include <utility>

#include "gemflow/core/error.hpp"

namespace gemflow {
namespace {

using Names = std::shared_ptr<const std::vector<std::string>>;
using Positions = std::unordered_map<std::string, std::int32_t>;

Positions positions_of(const ConcatInput& input) {
  Positions positions;
  std::int32_t position = 0;
  for (const std::string& name : input.reader->genes().names) {
    if (!positions.emplace(name, position++).second) {
      throw Error(ErrorKind::input,
                  "joining sample '" + printable(input.sample) + "': gene '" + printable(name) + "' stands there twice",
                  "samples with repeated gene names can only be joined when their gene lists are equal");
    }
  }
  return positions;
}

class Concat final : public Reader {
 public:
  Concat(std::vector<ConcatInput> inputs, Join join, std::string sample_key)
      : inputs_(std::move(inputs)), sample_key_(std::move(sample_key)) {
    assert(!inputs_.empty());
    name_samples();
    find_type();
    const bool equal = std::all_of(inputs_.begin(), inputs_.end(), [&](const ConcatInput& input) {
      return input.reader->genes().names == inputs_.front().reader->genes().names;
    });
    if (equal) {
      genes_ = inputs_.front().reader->genes();
    } else {
      join_genes(join);
    }
  }

  [[nodiscard]] std::int64_t n_cells() const override {
    std::int64_t n = 0;
    for (const ConcatInput& input : inputs_) n += input.reader->n_cells();
    return n;
  }
  [[nodiscard]] const Genes& genes() const override { return genes_; }
  [[nodiscard]] std::string matrix() const override { return inputs_.front().reader->matrix(); }
  [[nodiscard]] WholeMatrix whole() const override {
    WholeMatrix all{0, 0, false};
    for (const ConcatInput& input : inputs_) {
      const WholeMatrix one = input.reader->whole();
      all.n_cells += one.n_cells;
      all.n_nonzeros = all.n_nonzeros < 0 || one.n_nonzeros < 0 ? -1 : all.n_nonzeros + one.n_nonzeros;
      all.by_gene = all.by_gene || one.by_gene;
    }
    return all;
  }

  bool next(Chunk& chunk, const Limit& limit) override {
    while (current_ < inputs_.size()) {
      if (inputs_[current_].reader->next(chunk, limit)) {
        move_genes(chunk.counts);
        chunk.counts.number_from(n_done_);
        chunk.counts.stored_type(type_);
        name_cells(chunk);
        name_sample(chunk);
        n_done_ += chunk.n_cells();
        return true;
      }
      ++current_;
    }
    chunk.clear(n_done_);
    return false;
  }

  void rewind() override {
    for (ConcatInput& input : inputs_) input.reader->rewind();
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

  /// The type that holds the values of all inputs: each tells its own with its first cell.
  void find_type() {
    Chunk chunk;
    Limit one;
    one.cells = 1;
    std::optional<ValueType> joint;
    for (const ConcatInput& input : inputs_) {
      if (!input.reader->next(chunk, one)) continue;
      joint = joint ? common_type(*joint, chunk.counts.stored_type()) : chunk.counts.stored_type();
      input.reader->rewind();
    }
    type_ = joint.value_or(type_);
  }

  /// Fills genes_ and, for each input, the joint position of each of its genes (-1: not taken).
  void join_genes(Join join) {
    std::vector<Positions> positions;
    for (const ConcatInput& input : inputs_) positions.push_back(positions_of(input));
    const auto in_all = [&](const std::string& name) {
      return std::all_of(positions.begin(), positions.end(), [&](const Positions& own) { return own.contains(name); });
    };
    Positions joint;
    std::vector<std::pair<std::size_t, std::size_t>> origin;  // input and its gene
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
      const std::vector<std::string>& names = inputs_[i].reader->genes().names;
      for (std::size_t gene = 0; gene < names.size(); ++gene) {
        if (join == Join::inner && !in_all(names[gene])) continue;
        if (joint.emplace(names[gene], static_cast<std::int32_t>(joint.size())).second) origin.emplace_back(i, gene);
      }
    }
    if (joint.empty()) throw Error(ErrorKind::input, "the inputs have no gene in common", "--join outer keeps all genes");
    name_genes(origin);
    for (const ConcatInput& input : inputs_) {
      std::vector<std::int32_t> map;
      for (const std::string& name : input.reader->genes().names) {
        const auto at = joint.find(name);
        map.push_back(at == joint.end() ? -1 : at->second);
      }
      maps_.push_back(std::move(map));
    }
  }

  /// Names, and the text columns of the first input that has the gene.
  void name_genes(const std::vector<std::pair<std::size_t, std::size_t>>& origin) {
    for (const Column& column : inputs_.front().reader->genes().columns) genes_.columns.push_back({column.name, Text{}});
    for (const auto& [input, gene] : origin) {
      const Genes& genes = inputs_[input].reader->genes();
      genes_.names.push_back(genes.names[gene]);
      for (Column& column : genes_.columns) {
        const Column* own = genes.find_column(column.name);
        std::get<Text>(column.values).push_back(own == nullptr ? std::string() : own->text_at(gene));
      }
    }
  }

  /// The chunk's counts in the joint genes.
  void move_genes(CountChunk& counts) {
    if (maps_.empty()) return;
    CountChunk joint;
    joint.stored_type(counts.stored_type());
    for (std::int64_t cell = 0; cell < counts.n_cells(); ++cell) append_mapped(joint, counts.cell(cell));
    counts = std::move(joint);
  }

  void append_mapped(CountChunk& counts, const CellCounts& own) {
    row_.clear();
    for (std::size_t i = 0; i < own.genes.size(); ++i) {
      const std::int32_t gene = maps_[current_][static_cast<std::size_t>(own.genes[i])];
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
  Genes genes_;
  std::vector<std::vector<std::int32_t>> maps_;  ///< empty where all gene lists are equal
  std::size_t current_ = 0;
  ValueType type_ = ValueType::float32;
  std::int64_t n_done_ = 0;
  std::vector<std::pair<std::int32_t, double>> row_;
  std::vector<std::int32_t> row_genes_;
  std::vector<double> row_values_;
};

}  // namespace

std::unique_ptr<Reader> concat(std::vector<ConcatInput> inputs, Join join, const std::string& sample_key) {
  return std::make_unique<Concat>(std::move(inputs), join, sample_key);
}

}  // namespace gemflow
