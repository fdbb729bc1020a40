// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
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
  /// Strings that one read should ask for at most.
  static constexpr std::int64_t slice = 65'536;

  /// Errors: input where it holds no strings or has several axes.
  explicit Strings(Handle dataset);

  [[nodiscard]] std::int64_t size() const noexcept { return size_; }
  [[nodiscard]] hid_t dataset() const noexcept { return dataset_; }
  /// Puts strings [begin, begin + count) behind those in `out`. REQUIRES: within the size. Errors: input (not UTF-8).
  void append(std::int64_t begin, std::int64_t count, std::vector<std::string>& out) const;

 private:
  Handle dataset_;
  Handle type_;
  std::int64_t size_ = 0;
};

/// All strings of a dataset. For names and categories: what is held for good. Errors: memory above `limit` strings.
[[nodiscard]] std::vector<std::string> read_strings(hid_t parent, const std::string& path,
                                                    std::int64_t limit = 50'000'000);

/// Strings of a type that one read should take: 64 Ki, fewer where they are wide, so that it stays near 16 MiB.
[[nodiscard]] std::int64_t strings_at_once(std::size_t type_size) noexcept;

/// Decodes the `count` strings of `type` in `raw`, as H5Dread or H5Aread filled it, and gives back what HDF5 allocated.
void take_strings(hid_t type, void* raw, std::size_t count, std::vector<std::string>& out);

/// Throws input, with the row, where a text is not UTF-8. `first_row`: of the first text.
void require_utf8(hid_t dataset, std::span<const std::string> texts, std::int64_t first_row);

}  // namespace gemflow::hdf5
