// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "gemflow/core/buffer.hpp"
#include "gemflow/core/chunk.hpp"
#include "h5ad/encoding.hpp"
#include "hdf5/handle.hpp"
#include "hdf5/number_stripes.hpp"
#include "hdf5/receipt.hpp"

namespace gemflow::h5ad {

/// What a categorical column has for categories.
enum class CategoryRule {
  occurring,  ///< the labels that occurred, sorted by their bytes (as pandas and Python sort text)
  given,      ///< those of the labels given, all in their order: a column that is carried over
};

/// A categorical column that is written at the end, since nobody knows before which labels occur. Keeps four bytes a cell, the only memory that grows
/// with the cells.
class LabelOutput {
 public:
  /// Where categories are as given, they are the same in every call of `give`.
  LabelOutput(std::string name, CategoryRule kept) : name_(std::move(name)), kept_(kept) {}

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  /// The labels of the next cells; the categories may be other ones than before.
  void give(const Labels& labels);
  /// Writes the column into the frame: a group of codes and categories, or (0.7) codes with a reference to
  /// `__categories/<name>`. Codes are int8, int16 or int32 as pandas chooses. Errors: io, input (no UTF-8).
  [[nodiscard]] std::vector<hdf5::Receipt> write(hid_t frame, Style style);

 private:
  void translate(const std::shared_ptr<const std::vector<std::string>>& categories);
  [[nodiscard]] std::vector<std::string> sort_labels();
  [[nodiscard]] hdf5::Receipt write_codes(hdf5::NumberStripes& stripes, ValueType type);

  std::string name_;
  CategoryRule kept_;
  std::map<std::string, std::int32_t> numbers_;                 ///< of the labels, as they came
  std::shared_ptr<const std::vector<std::string>> categories_;  ///< of the cells before
  std::vector<std::int32_t> known_;  ///< number of each of these categories; -1: has not occurred
  Buffer<std::int32_t> codes_;
};

}  // namespace gemflow::h5ad
