// SPDX-License-Identifier: Apache-2.0
#include "gemflow/core/nearest.hpp"

#include <algorithm>
#include <cctype>
#include <optional>
#include <utility>

#include "gemflow/core/error.hpp"

namespace gemflow {
namespace {

constexpr std::size_t longest_compared = 64;

/// Lower case, without separators: what people do not look at when they type.
std::string folded(std::string_view name) {
  std::string out;
  for (const char c : name.substr(0, longest_compared)) {
    if (c == '_' || c == '-' || c == ' ') continue;
    out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return out;
}

/// Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours cost one each.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({changed, last[j] + 1, row[j - 1] + 1});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    std::swap(before_last, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

bool is_part(std::string_view part, std::string_view whole) {
  return part.size() >= 3 && whole.find(part) != std::string_view::npos;
}

/// How far two folded names are apart; nothing when nobody would take one for the other.
std::optional<std::size_t> nearness(std::string_view typed, std::string_view name) {
  if (typed == name) return 0;
  const auto [shorter, longer] = std::minmax({typed.size(), name.size()});
  const std::size_t tolerated = std::max<std::size_t>(1, longer / 3);
  // A name of one or two letters is near only to itself: every other one is a letter away from it.
  if (longer > 2 && longer - shorter <= tolerated) {
    const std::size_t distance = edit_distance(typed, name);
    if (distance <= tolerated) return distance;
  }
  if (is_part(typed, name) || is_part(name, typed)) return longest_compared;
  return std::nullopt;
}

/// "'a', 'b'<last_joint>'c'" of all names.
std::string joined(std::span<const std::string> names, std::string_view last_joint) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text += (i + 1 == names.size()) ? last_joint : ", ";
    text += '\'' + printable(names[i]) + '\'';
  }
  return text;
}

}  // namespace

std::vector<std::string> nearest_names(std::string_view unknown, std::span<const std::string> known,
                                       std::size_t limit) {
  const std::string typed = folded(unknown);
  std::vector<std::pair<std::size_t, std::size_t>> near;  // distance, position: sorts as promised
  for (std::size_t i = 0; i < known.size(); ++i) {
    if (const auto distance = nearness(typed, folded(known[i]))) near.emplace_back(*distance, i);
  }
  std::sort(near.begin(), near.end());
  near.resize(std::min(near.size(), limit));
  std::vector<std::string> names;
  for (const auto& [distance, position] : near) names.push_back(known[position]);
  return names;
}

std::string quoted_names(std::span<const std::string> names, std::size_t limit) {
  if (names.size() <= limit) return joined(names, " and ");
  return joined(names.first(limit), ", ") + " and " + std::to_string(names.size() - limit) + " more";
}

std::string did_you_mean(std::string_view unknown, std::span<const std::string> known) {
  if (known.empty()) return {};
  const std::vector<std::string> near = nearest_names(unknown, known);
  if (!near.empty()) return "did you mean " + joined(near, " or ") + '?';
  return (known.size() == 1 ? "the only one is " : "known are ") + quoted_names(known);
}

}  // namespace gemflow
