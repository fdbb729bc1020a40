// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "hdf5/handle.hpp"

namespace gemflow::hdf5 {

/// Elements [begin, begin + count) along a dataset's first axis (whole rows where there are more axes; everything of a
/// scalar), in the file and as one run in memory. REQUIRES: within the extent.
class Selection {
 public:
  Selection(hid_t dataset, std::int64_t begin, std::int64_t count);

  [[nodiscard]] hid_t file() const noexcept { return file_; }
  [[nodiscard]] hid_t memory() const noexcept { return memory_; }

 private:
  Handle file_;
  Handle memory_;
};

}  // namespace gemflow::hdf5
