// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace gemflow {

/// The only way in which the library speaks. All calls come from the thread that called the library.
class Report {
 public:
  virtual ~Report() = default;
  /// One sentence that the user should know and that stops nothing.
  virtual void warning(std::string_view sentence) = 0;
  /// One sentence about what was found or chosen: which matrix, how many genes.
  virtual void note(std::string_view sentence) = 0;
  /// `done` of `total` units ("cells") of what is being done now; total is -1 where nobody knows.
  virtual void progress(std::string_view doing, std::int64_t done, std::int64_t total) = 0;
};

/// A report that says nothing.
[[nodiscard]] Report& silence() noexcept;

}  // namespace gemflow
