// SPDX-License-Identifier: Apache-2.0
#include "gemflow/run/label_spellings.hpp"

#include <cctype>

namespace gemflow {
namespace {

std::string folded(std::string_view label) {
  std::string text;
  for (const char c : label) {
    const bool is_gap = c == '_' || c == ' ' || c == ':';
    if (is_gap && (text.empty() || text.back() == ' ')) continue;
    text += is_gap ? ' ' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  if (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

}  // namespace

int LabelSpellings::root(int node) noexcept {
  while (parents_[static_cast<std::size_t>(node)] != node) node = parents_[static_cast<std::size_t>(node)];
  return node;
}

int LabelSpellings::meaning(std::string_view label) {
  const auto [at, is_new] = nodes_.try_emplace(folded(label), static_cast<int>(parents_.size()));
  if (is_new) parents_.push_back(at->second);
  return root(at->second);
}

void LabelSpellings::unite(std::string_view one, std::string_view other) {
  const int kept = meaning(one);
  const int gone = meaning(other);
  parents_[static_cast<std::size_t>(gone)] = kept;
}

}  // namespace gemflow
