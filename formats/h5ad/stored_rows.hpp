// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "hdf5/handle.hpp"

namespace gemflow::h5ad {

/// The rows of a dataset as bytes of a type, in slices. Texts are pointers that hold until the slice is released.
class StoredRows {
 public:
  /// Both must outlive this. `type`: the dataset's own, or one that HDF5 converts to.
  StoredRows(hid_t dataset, hid_t type);
  StoredRows(const StoredRows&) = delete;
  StoredRows& operator=(const StoredRows&) = delete;
  ~StoredRows();

  [[nodiscard]] const std::vector<std::int64_t>& extent() const noexcept { return extent_; }
  [[nodiscard]] std::size_t element_bytes() const noexcept { return element_bytes_; }
  [[nodiscard]] std::size_t row_bytes() const noexcept { return row_bytes_; }
  [[nodiscard]] bool has_pointers() const noexcept { return has_pointers_; }

  /// Reads everything once, unless it is large and holds no pointers: for rows in any order.
  void keep_whole();
  /// Puts rows [begin, begin + count) at `to`. Errors: as H5Dread.
  void read(std::int64_t begin, std::int64_t count, unsigned char* to) const;
  /// Gives back the texts of `count` rows that `read` put there.
  void release(std::int64_t count, unsigned char* rows) const;

 private:
  void reclaim(std::int64_t count, unsigned char* rows) const;

  hid_t dataset_;
  hid_t type_;
  std::vector<std::int64_t> extent_;
  std::size_t element_bytes_;
  std::size_t row_bytes_;
  bool has_pointers_;
  bool is_kept_ = false;
  std::vector<unsigned char> kept_;
};

}  // namespace gemflow::h5ad
