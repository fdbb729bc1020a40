// SPDX-License-Identifier: Apache-2.0
#include "gemflow/core/query.hpp"

#include <algorithm>
#include <array>

namespace gemflow {

std::string_view name_of(Task task) noexcept {
  constexpr std::array<std::string_view, 3> names{"generate", "condition", "predict_metadata"};
  return names[static_cast<std::size_t>(task)];
}

void Metadata::set(std::string key, std::string value) {
  std::erase(json_keys_, key);
  const auto at = std::find_if(entries_.begin(), entries_.end(), [&](const auto& entry) { return entry.first == key; });
  if (at == entries_.end()) {
    entries_.emplace_back(std::move(key), std::move(value));
  } else {
    at->second = std::move(value);
  }
}

void Metadata::set_json(std::string key, std::string json) {
  set(key, std::move(json));
  json_keys_.push_back(std::move(key));
}

bool Metadata::is_json(std::string_view key) const noexcept {
  return std::find(json_keys_.begin(), json_keys_.end(), key) != json_keys_.end();
}

std::optional<std::string_view> Metadata::find(std::string_view key) const noexcept {
  const auto at = std::find_if(entries_.begin(), entries_.end(), [&](const auto& entry) { return entry.first == key; });
  if (at == entries_.end()) return std::nullopt;
  return at->second;
}

}  // namespace gemflow
