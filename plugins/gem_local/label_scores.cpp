// SPDX-License-Identifier: Apache-2.0
#include "gem_local/label_scores.hpp"

#include <algorithm>
#include <cmath>

namespace gemflow::gem_local {

void LabelScores::add(std::int32_t truth, std::int32_t found, double confidence) {
  ++n_;
  ++true_[truth];
  ++found_[found];
  const bool right = truth == found;
  if (right) {
    ++n_right_;
    ++right_[truth];
  }
  const auto n_bins = static_cast<double>(bins_.size());
  Bin& bin = bins_[static_cast<std::size_t>(std::clamp(confidence * n_bins, 0.0, n_bins - 1))];
  bin.n += 1;
  bin.right += right ? 1 : 0;
  bin.confidence += confidence;
}

double LabelScores::accuracy() const noexcept {
  return n_ == 0 ? 0 : static_cast<double>(n_right_) / static_cast<double>(n_);
}

double LabelScores::macro_f1() const {
  double sum = 0;
  for (const auto& [label, n] : true_) {
    const auto found = found_.find(label);
    const auto right = right_.find(label);
    if (right == right_.end()) continue;
    sum += 2 * static_cast<double>(right->second) / static_cast<double>(n + found->second);
  }
  return true_.empty() ? 0 : sum / static_cast<double>(true_.size());
}

double LabelScores::calibration_error() const {
  double sum = 0;
  for (const Bin& bin : bins_) sum += std::abs(bin.right - bin.confidence);
  return n_ == 0 ? 0 : sum / static_cast<double>(n_);
}

double LabelScores::majority() const {
  std::int64_t most = 0;
  for (const auto& [label, n] : true_) most = std::max(most, n);
  return n_ == 0 ? 0 : static_cast<double>(most) / static_cast<double>(n_);
}

double LabelScores::majority_macro_f1() const {
  const double share = majority();
  return true_.empty() ? 0 : 2 * share / (1 + share) / static_cast<double>(true_.size());
}

}  // namespace gemflow::gem_local
