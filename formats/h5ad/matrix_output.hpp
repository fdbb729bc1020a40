// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "gemflow/core/chunk.hpp"
#include "h5ad/encoding.hpp"
#include "hdf5/handle.hpp"
#include "hdf5/number_stripes.hpp"

namespace gemflow::h5ad {

/// A dense float32 matrix beside the cells (obsm) that grows by cells. Where their number is known it is one contiguous
/// block, for embeddings hardly deflate; where it is not, chunks of whole rows.
class MatrixOutput {
 public:
  /// Creates the dataset in the group `obsm`, which must outlive this. REQUIRES: the matrix has columns. Errors: io.
  MatrixOutput(hid_t obsm, Style style, const Matrix& like, std::optional<std::int64_t> n_cells);

  void add_to(hdf5::StripeWriter& writer);
  /// The next rows; a contiguous block takes them at once.
  void give(const Matrix& matrix);
  /// What stands in a contiguous block; nothing for chunks, which StripeWriter::finish answers for.
  [[nodiscard]] std::optional<hdf5::Receipt> finish();
  [[nodiscard]] const std::string& name() const noexcept { return name_; }

 private:
  hid_t parent_;
  std::string name_;
  std::int64_t width_;
  std::unique_ptr<hdf5::NumberStripes> stripes_;
  hdf5::Handle block_;
  std::int64_t n_rows_ = 0;
  std::uint32_t sum_ = 0;
};

}  // namespace gemflow::h5ad
