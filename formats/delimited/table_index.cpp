// SPDX-License-Identifier: Apache-2.0
#include "delimited/table_index.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <string_view>
#include <unordered_map>
#include <utility>

#include <fmt/core.h>

#include "delimited/fields.hpp"
#include "delimited/orientation.hpp"
#include "gemflow/core/error.hpp"
#include "gemflow/core/nearest.hpp"

namespace gemflow {
namespace {

using Texts = std::vector<std::string>;

/// Rows of STAR and htseq-count that count reads and are no genes.
constexpr std::array<std::string_view, 9> no_genes{"N_unmapped",      "N_multimapping", "N_noFeature",
                                                   "N_ambiguous",     "__no_feature",   "__ambiguous",
                                                   "__too_low_aQual", "__not_aligned",  "__alignment_not_unique"};

bool is_no_gene(const std::string& name) { return std::find(no_genes.begin(), no_genes.end(), name) != no_genes.end(); }

/// The text of each leading column in each row.
std::vector<Texts> read_leading(TextLines& lines, const TableHead& head) {
  std::vector<Texts> leading(head.n_leading());
  std::string field;
  for (std::string_view row; next_row(lines, head, row);) {
    for (Texts& column : leading) {
      if (row.data() == nullptr || !take_field(row, head.delimiter, field)) {
        throw lines.error_here(row.data() == nullptr ? fmt::format("ends before its column {}", head.n_leading())
                                                     : std::string("opens a quote and does not close it"));
      }
      lines.require_utf8(field);
      column.push_back(field);
    }
  }
  return leading;
}

void skip_lines(TextLines& lines, std::int64_t n) {
  lines.rewind();
  std::string_view line;
  while (lines.number() < n && lines.next(line)) {
  }
}

void require_unique_cells(const Texts& cells, const std::filesystem::path& path) {
  std::unordered_map<std::string_view, std::size_t> met;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const auto [at, is_new] = met.emplace(cells[i], i);
    if (is_new) continue;
    throw Error(ErrorKind::input,
                fmt::format("reading '{}': two cells are called '{}': number {} and number {}", path.string(),
                            printable(cells[i]), at->second + 1, i + 1),
                "give each cell a name of its own");
  }
}

/// Takes the rows that are no genes out of all columns.
void leave_out(TableIndex& index, std::vector<Texts>& leading, const std::filesystem::path& path, Report& report) {
  Texts& names = leading.front();
  if (std::none_of(names.begin(), names.end(), is_no_gene)) return;
  Texts left_out;
  std::int32_t n_genes = 0;
  for (const std::string& name : names) {
    if (is_no_gene(name)) left_out.push_back(name);
    index.places.push_back(is_no_gene(name) ? -1 : n_genes++);
  }
  const KeptFeatures genes{index.places, n_genes};
  for (Texts& column : leading) column = kept(std::move(column), genes);
  report.note(fmt::format("'{}': rows that are no genes are left out: {}", path.string(), quoted_names(left_out)));
}

void place_genes_in_rows(TableIndex& index, std::vector<Texts> leading) {
  index.cells = index.head.columns;
  index.genes.names = std::move(leading.front());
  for (std::size_t i = 1; i < leading.size(); ++i) {
    const std::string& label = index.head.labels[i];
    index.genes.columns.push_back({label.empty() ? fmt::format("column_{}", i + 1) : label, std::move(leading[i])});
  }
}

void place_cells_in_rows(TableIndex& index, std::vector<Texts> leading, const std::filesystem::path& path,
                         Report& report) {
  index.cells = std::move(leading.front());
  index.genes.names = index.head.columns;
  if (leading.size() == 1) return;
  const Texts others(index.head.labels.begin() + 1, index.head.labels.end());
  report.note(fmt::format("'{}': columns that hold no counts are left out: {}", path.string(), quoted_names(others)));
}

}  // namespace

TableIndex read_table_index(TextLines& lines, Orientation told, Report& report) {
  TableIndex index;
  lines.rewind();
  index.head = read_table_head(lines);
  skip_lines(lines, index.head.n_lines);
  std::vector<Texts> leading = read_leading(lines, index.head);
  index.n_rows = static_cast<std::int64_t>(leading.front().size());
  const std::int64_t announced = index.head.announced_rows;
  if (announced >= 0 && announced != index.n_rows) {
    throw Error(ErrorKind::input, fmt::format("reading '{}': it holds {} of the {} rows that it announces",
                                              lines.path().string(), index.n_rows, announced));
  }
  index.cells_in_rows = told == Orientation::detect ? are_cells_in_rows(index.head, leading, lines.path())
                                                    : told == Orientation::cells_in_rows;
  if (index.cells_in_rows) {
    place_cells_in_rows(index, std::move(leading), lines.path(), report);
  } else {
    leave_out(index, leading, lines.path(), report);
    place_genes_in_rows(index, std::move(leading));
  }
  require_unique_cells(index.cells, lines.path());
  return index;
}

}  // namespace gemflow
