// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "gemflow/core/count_chunk.hpp"
#include "hdf5/handle.hpp"
#include "hdf5/number_stripes.hpp"

namespace gemflow::h5ad {

/// How a sparse matrix is cut; other numbers than these are for tests.
struct CsrLayout {
  std::int64_t stripe = 65'536;  ///< elements of a chunk
  /// Up to so many non-zeros, gene numbers and offsets are int32, beyond both are int64: what scipy does and what
  /// readers need (never mixed). REQUIRES: 1 less than a multiple of `stripe`.
  std::int64_t narrow_limit = std::numeric_limits<std::int32_t>::max();
};

/// A sparse matrix (csr_matrix 0.1.0) that grows by cells: data of the type asked for, indices and indptr. How many
/// non-zeros there will be is not known: both index arrays begin as int32, and should the limit be reached, what was
/// written of them is written anew as int64 before anything beyond it is.
class CsrOutput {
 public:
  /// Creates the group `name` in `parent`. Errors: io.
  CsrOutput(hid_t parent, const std::string& name, ValueType type, const CsrLayout& layout = {});

  /// Its three arrays, in their order.
  void add_to(hdf5::StripeWriter& writer);
  /// The next cells; borrowed until the stripes keep their rests.
  void give(const CountChunk& counts);
  /// Before StripeWriter::finish: the shape, n_cells by n_genes, and the width of the indices.
  void finish(std::int64_t n_genes);
  [[nodiscard]] std::int64_t n_cells() const noexcept { return n_cells_; }

 private:
  /// Gene numbers or offsets; the matrix says when they turn to int64.
  class Indices final : public hdf5::NumberStripes {
   public:
    Indices(CsrOutput& matrix, const char* name, bool tells_when);
    [[nodiscard]] bool is_turning_point(std::int64_t i) const override;
    void turn(hdf5::PackingLane& lane) override { matrix_->widen(lane); }
    using NumberStripes::widen;

   private:
    CsrOutput* matrix_;
    bool tells_when_;
  };

  void widen(hdf5::PackingLane& lane);
  void store_indices(std::span<const std::int32_t> genes, unsigned char* to) const;
  void store_offsets(std::int64_t before, std::span<const std::int64_t> offsets, unsigned char* to) const;

  std::string name_;
  hdf5::Handle group_;
  ValueType type_;
  CsrLayout layout_;
  bool is_wide_ = false;
  std::int64_t n_cells_ = 0;
  std::int64_t n_nonzeros_ = 0;
  hdf5::NumberStripes data_;
  Indices indices_;
  Indices indptr_;
};

}  // namespace gemflow::h5ad
