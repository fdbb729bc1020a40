// SPDX-License-Identifier: Apache-2.0
#include "h5ad/cell_choice.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>
#include <string_view>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "gemflow/core/error.hpp"
#include "gemflow/core/nearest.hpp"

namespace gemflow::h5ad {
namespace {

constexpr std::int64_t rows_at_once = 65'536;
/// Names that an unknown one is compared with, and values that a hint may list.
constexpr std::size_t names_compared = 100'000;
constexpr std::size_t values_listed = 1'000;

/// "reading 'a.h5ad': there is no <what>".
Error absent(const std::filesystem::path& path, const std::string& what, std::string hint = {}) {
  return {ErrorKind::input, fmt::format("reading '{}': there is no {}", printable(path.string(), 4096), what), std::move(hint)};
}

/// Calls action(first row, rows) for all of the runs, in slices.
template <typename Action>
void each_slice(const CellRuns& runs, const Job& job, const Action& action) {
  for (const CellRun& run : runs) {
    for (std::int64_t at = run.begin; at < run.end; at += rows_at_once) {
      job.check_stop();
      action(at, std::min(rows_at_once, run.end - at));
    }
  }
}

CellRuns with_rows(std::int64_t n_cells, const CellChoice& choice, const std::filesystem::path& path) {
  if (!choice.rows) return all_cells(n_cells);
  const auto [begin, end] = *choice.rows;
  if (begin < 0 || begin > end || end > n_cells) {
    throw absent(path, fmt::format("range of rows {}:{}, it has {} cells", begin, end, n_cells));
  }
  return begin == end ? CellRuns() : CellRuns{{begin, end}};
}

CellRuns with_names(const DataFrame& obs, const CellRuns& cells, const std::vector<std::string>& wanted,
                    const std::filesystem::path& path, const Job& job) {
  std::unordered_map<std::string_view, bool> is_met;
  for (const std::string& name : wanted) is_met.emplace(name, false);
  std::vector<std::string> known;
  std::vector<std::string> names;
  CellRuns chosen;
  // All cells are looked at: a name outside of --rows is known, if not chosen.
  each_slice(all_cells(obs.n_rows()), job, [&](std::int64_t begin, std::int64_t n) {
    names.clear();
    obs.append_names(begin, n, names);
    for (std::int64_t i = 0; i < n; ++i) {
      const std::string& name = names[static_cast<std::size_t>(i)];
      if (known.size() < names_compared) known.push_back(name);
      const auto at = is_met.find(name);
      if (at == is_met.end()) continue;
      at->second = true;
      const bool is_in = std::any_of(cells.begin(), cells.end(), [&](const CellRun& run) {
        return run.begin <= begin + i && begin + i < run.end;
      });
      if (is_in) append_cell(chosen, begin + i);
    }
  });
  for (const std::string& name : wanted) {
    if (!is_met[name]) throw absent(path, fmt::format("cell '{}'", printable(name)), did_you_mean(name, known));
  }
  return chosen;
}

/// A value that was typed, beside what a column holds.
class Wanted {
 public:
  explicit Wanted(const std::string& value) : text_(value) {
    double number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error == std::errc() && end == value.data() + value.size()) number_ = number;
  }

  [[nodiscard]] bool is(const Column& column, std::size_t row) const {
    return std::visit([&](const auto& values) { return is(column, values, row); }, column.values);
  }

 private:
  template <typename Number>
  [[nodiscard]] bool is(const Column&, const std::vector<Number>& numbers, std::size_t row) const {
    return number_ && *number_ == static_cast<double>(numbers[row]);
  }
  [[nodiscard]] bool is(const Column&, const std::vector<float>& numbers, std::size_t row) const {
    return number_ && static_cast<float>(*number_) == numbers[row];
  }
  [[nodiscard]] bool is(const Column& column, const std::vector<bool>&, std::size_t row) const {
    return column.text_at(row) == text_;
  }
  [[nodiscard]] bool is(const Column&, const Text& texts, std::size_t row) const { return texts[row] == text_; }
  [[nodiscard]] bool is(const Column&, const Labels& labels, std::size_t row) const {
    return labels.codes[row] >= 0 && labels.at(row) == text_;
  }

  std::string text_;
  std::optional<double> number_;
};

CellRuns with_value(const DataFrame& obs, const CellRuns& cells, const std::pair<std::string, std::string>& condition,
                    const std::filesystem::path& path, const Job& job) {
  const auto reader = obs.column(condition.first);
  const Wanted wanted(condition.second);
  std::set<std::string> values;
  CellRuns chosen;
  each_slice(cells, job, [&](std::int64_t begin, std::int64_t n) {
    const Column column = reader->read(begin, n);
    for (std::int64_t i = 0; i < n; ++i) {
      const auto row = static_cast<std::size_t>(i);
      if (wanted.is(column, row)) {
        append_cell(chosen, begin + i);
      } else if (chosen.empty() && values.size() < values_listed) {
        values.insert(column.text_at(row));
      }
    }
  });
  if (!chosen.empty()) return chosen;
  values.erase("");
  throw absent(path, fmt::format("cell with {} = '{}'", printable(condition.first), printable(condition.second)),
               did_you_mean(condition.second, std::vector<std::string>(values.begin(), values.end())));
}

}  // namespace

CellRuns choose_cells(const DataFrame& obs, const CellChoice& choice, const std::filesystem::path& path, const Job& job) {
  CellRuns cells = with_rows(obs.n_rows(), choice, path);
  if (!choice.names.empty()) cells = with_names(obs, cells, choice.names, path, job);
  for (const auto& condition : choice.where) cells = with_value(obs, cells, condition, path, job);
  return cells;
}

}  // namespace gemflow::h5ad
