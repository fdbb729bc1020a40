// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hdf5/handle.hpp"

namespace gemflow::hdf5 {

/// Is the type a string, of fixed or variable length?
[[nodiscard]] bool is_string_type(hid_t type);
/// Does the dataset hold strings?
[[nodiscard]] bool holds_strings(hid_t dataset);

/// A dataset of strings with one axis (or a scalar, taken as one string), read in slices. Fixed or variable length,
/// ASCII or UTF-8, any padding; a string that was never written is empty. Bytes come as they are stored.
class Strings {
 public:
  /// Strings that one slice should hold at most.
  static constexpr std::int64_t slice = 65'536;

  /// Errors: input where it holds no strings or has several axes.
  explicit Strings(Handle dataset);

  [[nodiscard]] std::int64_t size() const noexcept { return size_; }
  [[nodiscard]] hid_t dataset() const noexcept { return dataset_; }
  /// Puts strings [begin, begin + count) behind those in `out`. REQUIRES: within the size. Reads `slice` at a time.
  void append(std::int64_t begin, std::int64_t count, std::vector<std::string>& out) const;

 private:
  Handle dataset_;
  Handle type_;
  std::int64_t size_ = 0;
};

/// All strings of a dataset. For names and categories: what is held for good. Errors: memory above `limit` strings.
[[nodiscard]] std::vector<std::string> read_strings(hid_t parent, const std::string& path,
                                                    std::int64_t limit = 50'000'000);

/// Decodes the `count` elements of `type` in `raw` (as H5Dread or H5Aread filled it), without giving memory back.
void append_strings(hid_t type, const void* raw, std::size_t count, std::vector<std::string>& out);

}  // namespace gemflow::hdf5
