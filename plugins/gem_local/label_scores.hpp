// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <map>

namespace gemflow::gem_local {

/// How well labels were found.
class LabelScores {
 public:
  void add(std::int32_t truth, std::int32_t found, double confidence);

  [[nodiscard]] std::int64_t size() const noexcept { return n_; }
  [[nodiscard]] double accuracy() const noexcept;
  /// Mean of the F1 of the labels that are among the true ones.
  [[nodiscard]] double macro_f1() const;
  /// Expected calibration error, 15 bins of equal width.
  [[nodiscard]] double calibration_error() const;
  /// Share of the most frequent true label: what guessing reaches.
  [[nodiscard]] double majority() const;
  /// Macro-F1 of always guessing it.
  [[nodiscard]] double majority_macro_f1() const;

 private:
  struct Bin {
    double n = 0, right = 0, confidence = 0;
  };
  std::int64_t n_ = 0;
  std::int64_t n_right_ = 0;
  std::map<std::int32_t, std::int64_t> true_, found_, right_;
  std::array<Bin, 15> bins_{};
};

}  // namespace gemflow::gem_local
