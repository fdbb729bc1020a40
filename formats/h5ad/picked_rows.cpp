// SPDX-License-Identifier: Apache-2.0
#include "h5ad/picked_rows.hpp"

#include <utility>

namespace gemflow::h5ad {
namespace {

/// Rows between two runs that are read along rather than asked for twice.
constexpr std::int64_t widest_gap = 1024;
constexpr std::int64_t most_rows = 262'144;

/// Calls action(first row, rows, runs within) for stretches of runs that lie near each other.
template <typename Action>
void each_stretch(std::span<const CellRun> runs, const Action& action) {
  while (!runs.empty()) {
    std::size_t n = 1;
    while (n < runs.size() && runs[n].begin - runs[n - 1].end <= widest_gap && runs[n].end - runs[0].begin <= most_rows) ++n;
    action(runs[0].begin, runs[n - 1].end - runs[0].begin, runs.first(n));
    runs = runs.subspan(n);
  }
}

template <typename T>
void append_part(std::vector<T>& to, const std::vector<T>& from, std::int64_t begin, std::int64_t end) {
  to.insert(to.end(), from.begin() + begin, from.begin() + end);
}

void append_part(Labels& to, const Labels& from, std::int64_t begin, std::int64_t end) {
  append_part(to.codes, from.codes, begin, end);
}

// Slices of one column hold values of one type.
void append_part(Column& to, const Column& from, std::int64_t begin, std::int64_t end) {
  std::visit([&](auto& values) { append_part(values, std::get<std::decay_t<decltype(values)>>(from.values), begin, end); },
             to.values);
}

Column none_of(Column like) {
  std::visit(
      [](auto& values) {
        if constexpr (std::is_same_v<std::decay_t<decltype(values)>, Labels>) {
          values.codes.clear();
        } else {
          values.clear();
        }
      },
      like.values);
  return like;
}

}  // namespace

Column pick_rows(const ColumnReader& column, const std::string& name, std::span<const CellRun> runs) {
  Column picked;
  bool is_first = true;
  each_stretch(runs, [&](std::int64_t begin, std::int64_t n, std::span<const CellRun> within) {
    Column read = column.read(begin, n);
    if (is_first && within.size() == 1) {
      picked = std::move(read);
    } else {
      if (is_first) picked = none_of(read);
      for (const CellRun& run : within) append_part(picked, read, run.begin - begin, run.end - begin);
    }
    is_first = false;
  });
  picked.name = name;
  return picked;
}

void pick_names(const DataFrame& frame, std::span<const CellRun> runs, std::vector<std::string>& out) {
  std::vector<std::string> read;
  each_stretch(runs, [&](std::int64_t begin, std::int64_t n, std::span<const CellRun> within) {
    if (within.size() == 1) return frame.append_names(begin, n, out);
    read.clear();
    frame.append_names(begin, n, read);
    for (const CellRun& run : within) append_part(out, read, run.begin - begin, run.end - begin);
  });
}

}  // namespace gemflow::h5ad
