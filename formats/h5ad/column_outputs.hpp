// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "gemflow/core/chunk.hpp"
#include "h5ad/encoding.hpp"
#include "h5ad/label_output.hpp"
#include "hdf5/number_stripes.hpp"
#include "hdf5/text_stripes.hpp"

namespace gemflow::h5ad {

/// Columns of a frame that grow by rows: numbers and texts in stripes, labels at the end.
class ColumnOutputs {
 public:
  /// Creates one member of `frame` for each column like the given one. `frame` must outlive this. Errors: io.
  ColumnOutputs(hid_t frame, Style style, std::span<const Column> like, CategoryRule kept = CategoryRule::occurring);

  void add_to(hdf5::StripeWriter& writer);
  /// The next rows. REQUIRES: the columns that the constructor saw, in their order.
  void give(std::span<const Column> columns);
  /// The labels; after StripeWriter::finish.
  [[nodiscard]] std::vector<hdf5::Receipt> finish();
  /// Names of the columns, in order.
  [[nodiscard]] std::vector<std::string> names() const;

 private:
  struct Output {
    std::string name;
    std::unique_ptr<hdf5::NumberStripes> numbers;
    std::unique_ptr<hdf5::TextStripes> texts;
    std::unique_ptr<LabelOutput> labels;
  };

  hid_t frame_;
  Style style_;
  std::vector<Output> outputs_;
};

/// Writes whole columns into a frame. Errors: io, input (no UTF-8).
[[nodiscard]] std::vector<hdf5::Receipt> write_columns(hid_t frame, Style style, std::span<const Column> columns);

/// Names that a frame's columns must not have: the row names' member and the place of old categories.
[[nodiscard]] bool is_reserved(std::string_view column_name) noexcept;

}  // namespace gemflow::h5ad
