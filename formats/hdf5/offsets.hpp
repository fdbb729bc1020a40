// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "gemflow/core/job.hpp"
#include "hdf5/number_stream.hpp"

namespace gemflow::hdf5 {

/// The dataset indptr of a compressed matrix: where each row (of CSR; column of CSC) begins among the values.
/// Held in a window that follows the rows that are asked for: as large a matrix as there is takes 2 MiB.
class Offsets {
 public:
  /// Reads all of it once and checks that it has n_rows + 1 elements, begins with 0, never falls, and ends with
  /// n_values. The job must outlive this object. Errors: input, with the row where 32-bit offsets went over.
  Offsets(hid_t group, std::int64_t n_rows, std::int64_t n_values, const Job& job);

  /// Offset of a row; n_rows is allowed. Cheap where rows are asked for in ascending order.
  [[nodiscard]] std::int64_t at(std::int64_t row);

 private:
  void load(std::int64_t begin);
  [[nodiscard]] std::int64_t checked_window(std::int64_t before);

  const Job* job_;
  NumberStream stream_;
  std::vector<std::int64_t> window_;
  std::int64_t begin_ = 0;  ///< row of the window's first offset
};

/// Throws input where the numbers are no integers. For indptr and indices.
void require_whole_numbers(const NumberStream& stream);
/// Throws input with both numbers.
void require_length(const NumberStream& stream, std::int64_t expected);

}  // namespace gemflow::hdf5
