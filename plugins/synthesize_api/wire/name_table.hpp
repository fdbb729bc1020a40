// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace gemflow::synthesize_api {

/// Names in the order in which they first came, and the number of each. Objects of one kind mostly name the same things
/// in the same order, so the name behind the last one is tried before any hashing.
class NameTable {
 public:
  [[nodiscard]] std::int32_t number_of(std::string_view name) {
    if (next_ < names_.size() && names_[next_] == name) return static_cast<std::int32_t>(next_++);
    const auto [at, is_new] = numbers_.try_emplace(std::string(name), static_cast<std::int32_t>(names_.size()));
    if (is_new) names_.emplace_back(name);
    next_ = static_cast<std::size_t>(at->second) + 1;
    return at->second;
  }
  /// -1: it never came.
  [[nodiscard]] std::int32_t find(const std::string& name) const {
    const auto at = numbers_.find(name);
    return at == numbers_.end() ? -1 : at->second;
  }
  /// The first name is expected next.
  void restart() noexcept { next_ = 0; }
  [[nodiscard]] const std::vector<std::string>& names() const noexcept { return names_; }

 private:
  std::vector<std::string> names_;
  std::unordered_map<std::string, std::int32_t> numbers_;
  std::size_t next_ = 0;
};

}  // namespace gemflow::synthesize_api
