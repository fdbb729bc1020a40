// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gemflow/core/count_chunk.hpp"
#include "gemflow/core/query.hpp"
#include "gemflow/core/report.hpp"

namespace gemflow {

/// How many counts are lost where the means that a model gives are rounded to whole numbers: genes expected less than half
/// a time vanish. Of a single cell's mean at 10,000 it is a tenth.
class RoundingLoss {
 public:
  explicit RoundingLoss(const QueryOptions& options) noexcept;

  /// Cells that a model made, and the depth that they were to have together.
  void add(const CountChunk& made, double wanted) noexcept;
  /// One warning where more than 5 % are gone.
  void tell(Report& report) const;

 private:
  bool rounds_;
  double wanted_ = 0;
  double made_ = 0;
};

}  // namespace gemflow
