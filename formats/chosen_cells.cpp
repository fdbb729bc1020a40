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

constexpr std::int64_t names_at_once = 65'536;
/// Names that an unknown one is compared with.
constexpr std::size_t names_compared = 100'000;

/// "reading 'a.h5ad': there is no <what>".
Error absent(const std::filesystem::path& path, std::string_view what, std::string hint = {}) {
  return {ErrorKind::input, fmt::format("reading '{}': there is no {}", printable(path.string(), 4096), what),
          std::move(hint)};
}

Error no_such_rows(const std::filesystem::path& path, const CellRun& rows, std::int64_t n_cells) {
  return absent(path, fmt::format("range of rows {}:{}, it has {} cells", rows.begin, rows.end, n_cells));
}

CellRun rows_of(const CellChoice& choice, std::int64_t n_cells, const std::filesystem::path& path) {
  const auto [begin, end] = choice.rows_among(n_cells);
  if (begin < 0 || begin > end || end > n_cells) throw no_such_rows(path, {begin, end}, n_cells);
  return {begin, end};
}

/// Those of the cells that are in one of the choice's runs.
CellRuns within(const CellChoice& choice, const CellRuns& cells, std::int64_t n_cells, const std::filesystem::path& path) {
  CellRuns both;
  for (const auto& [begin, end] : choice.runs) {
    if (begin < 0 || begin > end || end > n_cells) throw no_such_rows(path, {begin, end}, n_cells);
    for (const CellRun& run : cells) {
      const CellRun shared{std::max(begin, run.begin), std::min(end, run.end)};
      if (shared.begin < shared.end) both.push_back(shared);
    }
  }
  return both;
}

/// All cells are looked at: a name outside of the rows is known, if not chosen.
CellRuns with_names(const std::vector<std::string>& wanted, const CellRun& rows, const CellNames& names,
                    const std::filesystem::path& path, const Job& job) {
  std::unordered_map<std::string_view, bool> is_met;
  for (const std::string& name : wanted) is_met.emplace(name, false);
  std::vector<std::string> known;
  std::vector<std::string> slice;
  CellRuns chosen;
  for (std::int64_t cell = 0; cell < names.n_cells; ++cell) {
    if (cell % names_at_once == 0) {
      job.check_stop();
      slice.clear();
      names.append(cell, std::min(names_at_once, names.n_cells - cell), slice);
    }
    const std::string& name = slice[static_cast<std::size_t>(cell % names_at_once)];
    if (known.size() < names_compared) known.push_back(name);
    const auto at = is_met.find(name);
    if (at == is_met.end()) continue;
    at->second = true;
    if (rows.begin <= cell && cell < rows.end) append_cell(chosen, cell);
  }
  for (const std::string& name : wanted) {
    if (!is_met[name]) throw absent(path, fmt::format("cell '{}'", printable(name)), did_you_mean(name, known));
  }
  return chosen;
}

}  // namespace

CellRuns choose_cells(const CellChoice& choice, const CellNames& names, const std::filesystem::path& path,
                      const Job& job) {
  const CellRun rows = rows_of(choice, names.n_cells, path);
  CellRuns cells = rows.size() == 0 ? CellRuns() : CellRuns{rows};
  if (!choice.names.empty()) cells = with_names(choice.names, rows, names, path, job);
  return choice.runs.empty() ? cells : within(choice, cells, names.n_cells, path);
}

ChosenCells choose_cells(const CellChoice& choice, std::vector<std::string> names, const std::filesystem::path& path) {
  if (!choice.where.empty()) throw absent(path, fmt::format("obs column '{}'", printable(choice.where.front().first)));
  ChosenCells chosen;
  chosen.is_all = choice.is_all();
  if (chosen.is_all) {
    chosen.names = std::move(names);
    return chosen;
  }
  const CellNames all{static_cast<std::int64_t>(names.size()),
                      [&](std::int64_t begin, std::int64_t n, std::vector<std::string>& out) {
                        out.insert(out.end(), names.begin() + begin, names.begin() + begin + n);
                      }};
  chosen.places.assign(names.size(), -1);
  for (const CellRun& run : choose_cells(choice, all, path, Job{})) {
    for (std::int64_t cell = run.begin; cell < run.end; ++cell) {
      chosen.places[static_cast<std::size_t>(cell)] = static_cast<std::int32_t>(chosen.numbers.size());
      chosen.numbers.push_back(cell);
      chosen.names.push_back(std::move(names[static_cast<std::size_t>(cell)]));
    }
  }
  return chosen;
}

void refuse_what_is_absent(const OpenOptions& options, const std::string& matrix, const std::filesystem::path& path) {
  if (options.matrix != "auto" && options.matrix != "X" && options.matrix != matrix) {
    throw absent(path, fmt::format("matrix '{}'", printable(options.matrix)),
                 fmt::format("it has the one '{}'", matrix));
  }
  if (!options.obs.empty()) throw absent(path, fmt::format("obs column '{}'", printable(options.obs.front())));
  if (!options.obsm.empty()) throw absent(path, fmt::format("obsm matrix '{}'", printable(options.obsm.front())));
  if (!options.layers.empty()) throw absent(path, fmt::format("layer '{}'", printable(options.layers.front())));
}

}  // namespace gemflow
