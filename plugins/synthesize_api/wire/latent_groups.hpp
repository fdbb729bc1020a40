// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gemflow/core/chunk.hpp"

namespace gemflow::synthesize_api {

/// One group of latents, row by row; their names are data.
struct LatentGroup {
  std::string name;
  std::vector<float> values;
  std::int64_t width = -1;  ///< -1: not known yet
  std::int64_t n_rows = 0;
};

class LatentGroups {
 public:
  static constexpr std::size_t most = 64;

  /// Null: there would be more than `most`.
  [[nodiscard]] LatentGroup* find(std::string_view name) {
    for (LatentGroup& group : groups_) {
      if (group.name == name) return &group;
    }
    return groups_.size() == most ? nullptr : &groups_.emplace_back(LatentGroup{std::string(name), {}, -1, 0});
  }
  [[nodiscard]] std::vector<LatentGroup>& all() noexcept { return groups_; }

  /// Columns are called "biological_0", "biological_1", … as the embedded model calls them.
  void add_to(Chunk& answer) {
    for (LatentGroup& group : groups_) {
      Matrix matrix{group.name, MatrixKind::latents, {}, std::move(group.values)};
      for (std::int64_t i = 0; i < group.width; ++i) matrix.columns.push_back(group.name + "_" + std::to_string(i));
      answer.obsm.push_back(std::move(matrix));
    }
  }

 private:
  std::vector<LatentGroup> groups_;
};

}  // namespace gemflow::synthesize_api
