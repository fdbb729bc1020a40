// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hdf5/handle.hpp"

namespace gemflow::hdf5 {

/// What a dataset must hold after it was written: to be looked at again in the closed file.
struct Receipt {
  std::string path;  ///< "/X/data"
  std::vector<std::int64_t> extent;
  std::vector<std::uint32_t> chunks;  ///< check sum of each chunk as it is stored, in order; or
  std::uint32_t values = 0;           ///< check sum of all values of a contiguous dataset, or of all texts
  bool is_text = false;
};

/// Check sum (CRC-32) of `bytes` behind those that gave `before`.
[[nodiscard]] std::uint32_t check_sum(std::uint32_t before, std::span<const unsigned char> bytes) noexcept;
/// The same of a text and the 0 behind it.
[[nodiscard]] std::uint32_t check_sum(std::uint32_t before, std::string_view text) noexcept;

/// Reads what the receipt stands for and compares. Errors: io, naming the dataset, where it holds something else.
void verify(hid_t file, const Receipt& receipt);

}  // namespace gemflow::hdf5
