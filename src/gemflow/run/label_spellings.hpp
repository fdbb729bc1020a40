// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace gemflow {

/// Which spellings of labels mean the same. Case, and '_', ' ' and ':' for one another, make no difference ("CL_0000236");
/// an id and its readable name are made one.
class LabelSpellings {
 public:
  /// Both mean the same from now on; so do all that meant either.
  void unite(std::string_view one, std::string_view other);
  /// A number for all spellings of one label. It holds until the next `unite`.
  [[nodiscard]] int meaning(std::string_view label);

 private:
  [[nodiscard]] int root(int node) noexcept;

  std::unordered_map<std::string, int> nodes_;  ///< by folded spelling
  std::vector<int> parents_;
};

}  // namespace gemflow
