// SPDX-License-Identifier: Apache-2.0
#include "h5ad/cell_choice.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "chosen_cells.hpp"
#include "gemflow/core/error.hpp"
#include "gemflow/core/nearest.hpp"

namespace gemflow::h5ad {
namespace {

constexpr std::int64_t rows_at_once = 65'536;
/// Values that a hint may list.
constexpr std::size_t values_listed = 1'000;

/// "reading 'a.h5ad': there is no <what>".
Error absent(const std::filesystem::path& path, const std::string& what, std::string hint = {}) {
  return {ErrorKind::input, fmt::format("reading '{}': there is no {}", printable(path.string(), 4096), what),
          std::move(hint)};
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

CellRuns choose_cells(const DataFrame& obs, const CellChoice& choice, const std::filesystem::path& path,
                      const Job& job) {
  const auto append_names = [&](std::int64_t begin, std::int64_t n, std::vector<std::string>& out) {
    obs.append_names(begin, n, out);
  };
  CellRuns cells = choose_cells(choice, {obs.n_rows(), append_names}, path, job);
  for (const auto& condition : choice.where) cells = with_value(obs, cells, condition, path, job);
  return cells;
}

}  // namespace gemflow::h5ad
