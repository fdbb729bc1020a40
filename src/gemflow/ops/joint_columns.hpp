// SPDX-License-Identifier: Apache-2.0
#pragma once

// Private to concat: columns of several inputs that hold the same in different types.

#include <vector>

#include "gemflow/core/chunk.hpp"

namespace gemflow {

/// The types that hold the obs values of all inputs. A nullable column without a gap is read as whole numbers or booleans, one with
/// gaps as float64 or labels; texts become labels where another input has labels.
class JointColumns {
 public:
  /// Columns of the next input, as many as the first had.
  void add(const std::vector<Column>& columns);
  /// Gives values the joint type. False where they do not fit it.
  [[nodiscard]] bool store(std::vector<Column>& columns) const;

 private:
  std::vector<Column> types_;  ///< empty columns
};

}  // namespace gemflow
