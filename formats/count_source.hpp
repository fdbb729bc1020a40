// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "chosen_cells.hpp"
#include "gemflow/core/job.hpp"
#include "gemflow/core/reader.hpp"
#include "turned_counts.hpp"

namespace gemflow {

/// Where a reader's counts come from: the chosen cells of a file, in order.
class CountSource {
 public:
  virtual ~CountSource() = default;
  /// Appends the next cells within the limit, at least one, to empty counts; none after the last.
  virtual void fill(CountChunk& counts, const Limit& limit) = 0;
  virtual void rewind() = 0;
};

/// A source whose file holds one cell after the other.
class CellByCell : public CountSource {
 public:
  explicit CellByCell(const Job& job) : job_(&job) {}
  void fill(CountChunk& counts, const Limit& limit) final;
  void rewind() final;

 protected:
  /// Reads the next chosen cell, genes in any order and perhaps repeated; false after the last.
  virtual bool read_cell(std::vector<std::int32_t>& genes, std::vector<double>& values) = 0;
  virtual void rewind_file() = 0;

 private:
  void tidy();

  const Job* job_;
  bool is_held_ = false;  ///< a cell was read that did not fit the last chunk
  std::vector<std::int32_t> genes_;
  std::vector<double> values_;
};

/// A source whose file holds one gene after the other, or entries in any order. `feed` reads the file once, at the
/// first need, and adds every entry of the chosen cells.
[[nodiscard]] std::unique_ptr<CountSource> turned(std::int64_t n_cells, const Job& job,
                                                  std::function<void(TurnedCounts&)> feed);

/// What a reader over a source knows before the first chunk.
struct SourceFacts {
  ChosenCells cells;
  Genes genes;
  std::string matrix;
  ValueType stored_type = ValueType::float64;
  WholeMatrix whole;
};

/// Makes the source; the job that it is given lives as long as the reader.
using MakeSource = std::function<std::unique_ptr<CountSource>(const SourceFacts& facts, const Job& job)>;

/// Chunks with counts and cell names, and nothing beside them. Keeps a copy of the job.
[[nodiscard]] std::unique_ptr<Reader> read_source(SourceFacts facts, const Job& job, const MakeSource& make_source);

}  // namespace gemflow
