// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "gemflow/core/chunk.hpp"
#include "gemflow/core/genes.hpp"
#include "gemflow/core/job.hpp"
#include "gemflow/core/reader.hpp"
#include "gemflow/ops/value_look.hpp"

namespace gemflow {

/// What becomes of values that are not whole (`--round-input`): estimated counts may be rounded, to the nearest (ties
/// to even) or by chance so that means are kept. Negative and infinite values are refused always, logarithms and
/// fractions too.
enum class RoundInput { error, nearest, stochastic };

struct CountsCheckOptions {
  std::string file;  ///< as messages name it; empty: they do not
  std::string matrix = "X";
  RoundInput round = RoundInput::error;
  std::uint64_t seed = 0;  ///< of stochastic rounding, which is addressed by cell and gene
  /// Asked only after a failure: the matrix of the same file that holds raw counts ("layers/counts", "raw/X"), or
  /// empty.
  std::function<std::string()> find_raw_counts;
  /// Asked only where a chunk looks like logarithms or fractions: do the first values of its matrix look like what may be
  /// rounded? Nothing: the chunk alone tells.
  std::function<bool()> may_be_rounded;
};

/// Sees every value while it streams: each must be finite, not negative and whole. Values within 1e-6 of a whole number
/// are taken as whole, in place. Results and sentences are the same for any number of workers.
class CountsCheck {
 public:
  /// `genes` names the chunk's columns in messages and must outlive the check.
  CountsCheck(const Genes& genes, CountsCheckOptions options);

  /// Checks, and rounds, the chunk's counts. Zeros that come of rounding are taken out.
  /// Errors: input, with what is worst (not finite, negative, not whole), the first cell, gene and value of that, and a guess at what the matrix is.
  void check(Chunk& chunk, Workers& workers);

  /// After the last chunk: at most one warning each about values taken as whole, values rounded, and cells all empty.
  void finish(Report& report) const;

  [[nodiscard]] std::int64_t n_taken_as_whole() const noexcept { return n_taken_; }
  [[nodiscard]] std::int64_t n_rounded() const noexcept { return n_rounded_; }

 private:
  /// Consecutive values of a chunk that one task looks at, and what it finds there.
  struct Stretch {
    std::int64_t begin = 0;
    std::int64_t end = 0;
    bool is_clean = false;  ///< all whole: nothing else to do
    std::int64_t n_taken = 0;
    std::int64_t n_rounded = 0;
    std::int64_t n_zeroed = 0;
    bool is_bad = false;  ///< it holds a value that is refused
  };

  void allow_rounding(const Chunk& chunk);
  void mend(CountChunk& counts, Stretch& stretch) const;
  [[nodiscard]] double rounded(double value, std::int64_t cell, std::int32_t gene) const;
  void add_up(Chunk& chunk);
  [[noreturn]] void refuse(const Chunk& chunk) const;
  [[nodiscard]] std::string hint(ValueKind kind) const;
  [[nodiscard]] std::string matrix_name() const;

  const Genes* genes_;
  CountsCheckOptions options_;
  std::vector<Stretch> stretches_;
  bool rounding_allowed_ = false;  ///< by the look of the first values that are not whole
  std::int64_t n_cells_ = 0;
  std::int64_t n_nonzeros_ = 0;
  std::int64_t n_taken_ = 0;
  std::int64_t n_rounded_ = 0;
};

/// A reader around a reader that checks each chunk, and gives its warnings once, after the last cell of the first
/// round. The reader and the job must outlive it.
[[nodiscard]] std::unique_ptr<Reader> check_counts(Reader& in, CountsCheckOptions options, Job& job);

}  // namespace gemflow
