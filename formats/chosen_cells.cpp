// SPDX-License-Identifier: Apache-2.0
#include "chosen_cells.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include <fmt/core.h>

#include "gemflow/core/error.hpp"
#include "gemflow/core/nearest.hpp"

namespace gemflow {
namespace {

Error absent(const std::filesystem::path& path, std::string_view what, std::string hint = {}) {
  return {ErrorKind::input, fmt::format("reading '{}': there is no {}", path.string(), what), std::move(hint)};
}

/// Marks the cells that have one of the wanted names.
std::vector<bool> with_names(const std::vector<std::string>& wanted, const std::vector<std::string>& names,
                             const std::filesystem::path& path) {
  std::unordered_map<std::string_view, bool> met;
  for (const std::string& name : wanted) met.emplace(name, false);
  std::vector<bool> chosen(names.size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto at = met.find(names[i]);
    if (at != met.end()) chosen[i] = at->second = true;
  }
  for (const std::string& name : wanted) {
    if (!met[name]) throw absent(path, fmt::format("cell '{}'", printable(name)), did_you_mean(name, names));
  }
  return chosen;
}

}  // namespace

ChosenCells choose_cells(const CellChoice& choice, std::vector<std::string> names, const std::filesystem::path& path) {
  if (!choice.where.empty()) throw absent(path, fmt::format("obs column '{}'", printable(choice.where.front().first)));
  ChosenCells chosen;
  chosen.is_all = choice.is_all();
  if (chosen.is_all) {
    chosen.names = std::move(names);
    return chosen;
  }
  const auto n_cells = static_cast<std::int64_t>(names.size());
  const auto [begin, end] = choice.rows.value_or(std::pair<std::int64_t, std::int64_t>{0, n_cells});
  if (begin < 0 || begin > end || end > n_cells) {
    throw absent(path, fmt::format("range of rows {}:{}, it has {} cells", begin, end, n_cells));
  }
  const std::vector<bool> named =
      choice.names.empty() ? std::vector<bool>(names.size(), true) : with_names(choice.names, names, path);
  chosen.places.assign(names.size(), -1);
  for (std::int64_t cell = begin; cell < end; ++cell) {
    const auto at = static_cast<std::size_t>(cell);
    if (!named[at]) continue;
    chosen.places[at] = static_cast<std::int32_t>(chosen.numbers.size());
    chosen.numbers.push_back(cell);
    chosen.names.push_back(std::move(names[at]));
  }
  return chosen;
}

void refuse_what_is_absent(const OpenOptions& options, const std::string& matrix, const std::filesystem::path& path) {
  if (options.matrix != "auto" && options.matrix != "X" && options.matrix != matrix) {
    throw absent(path, fmt::format("matrix '{}'", printable(options.matrix)),
                 fmt::format("it has the one '{}'", matrix));
  }
  if (!options.obs.empty()) throw absent(path, fmt::format("obs column '{}'", printable(options.obs.front())));
  if (!options.layers.empty()) throw absent(path, fmt::format("layer '{}'", printable(options.layers.front())));
}

}  // namespace gemflow
