// SPDX-License-Identifier: Apache-2.0
#include "delimited/delimited.hpp"

#include <array>
#include <string>
#include <utility>

#include "delimited/table_source.hpp"
#include "delimited/table_writer.hpp"
#include "inspection.hpp"

namespace gemflow {
namespace {

constexpr std::string_view matrix_name = "counts";

bool detect(const std::filesystem::path& path, std::string_view) { return looks_like_table(path); }

std::unique_ptr<Reader> open(const std::filesystem::path& path, const OpenOptions& options, Job& job) {
  refuse_what_is_absent(options, std::string(matrix_name), path);
  TextLines lines(path, job);
  TableIndex index = read_table_index(lines, options.orientation, *job.report);
  TableAxes axes{
      index.cells_in_rows, index.n_rows, {std::move(index.places), static_cast<std::int64_t>(index.genes.size())}};
  const WholeMatrix whole{static_cast<std::int64_t>(index.cells.size()), -1, true};
  SourceFacts facts{choose_cells(options.cells, std::move(index.cells), path), std::move(index.genes),
                    std::string(matrix_name), ValueType::float64, whole};
  return read_source(std::move(facts), job, [&](const SourceFacts& kept_facts, const Job& kept_job) {
    auto rows = std::make_unique<TableRows>(path, std::move(index.head), kept_job);
    return table_source(std::move(rows), std::move(axes), kept_facts.cells, kept_job);
  });
}

/// The first values, cell by cell: whole cells, or of every cell the first genes.
CountChunk first_values(TableRows& rows, const TableIndex& index, const Job& job) {
  const auto n_cells = static_cast<std::int64_t>(index.cells.size());
  TurnedCounts first(n_cells, job);
  RowValues row;
  std::int64_t n_values = 0;
  for (std::int32_t number = 0; n_values < inspected_values && number < index.n_rows && rows.next(); ++number) {
    const std::int32_t place = index.places.empty() ? number : index.places[static_cast<std::size_t>(number)];
    if (place < 0) continue;
    rows.parse(row);
    for (std::size_t i = 0; i < row.columns.size(); ++i) {
      first.add(index.cells_in_rows ? place : row.columns[i], index.cells_in_rows ? row.columns[i] : place,
                row.values[i]);
    }
    n_values += static_cast<std::int64_t>(index.head.columns.size());
  }
  first.seal();
  CountChunk counts;
  first.take(n_cells, counts);
  return counts;
}

std::string flavour_of(const TableIndex& index) {
  const std::string axes = index.cells_in_rows ? "cells in rows" : "genes in rows";
  return index.head.flavour.empty() ? axes : index.head.flavour + ", " + axes;
}

Inspection inspect(const std::filesystem::path& path, Job& job) {
  TextLines lines(path, job);
  const TableIndex index = read_table_index(lines, Orientation::detect, *job.report);
  TableRows rows(path, index.head, job);
  Inspection seen;
  seen.format = delimited_format.name;
  seen.flavour = flavour_of(index);
  seen.n_cells = static_cast<std::int64_t>(index.cells.size());
  inspect_genes(seen, index.genes);
  MatrixView matrix{std::string(matrix_name), "table", "text", seen.n_cells, seen.n_genes, -1, ""};
  inspect_values(seen, std::move(matrix), first_values(rows, index, job));
  return seen;
}

constexpr std::array<std::string_view, 4> extensions{".csv", ".tsv", ".csv.gz", ".tsv.gz"};

}  // namespace

constinit const Format delimited_format{"table", extensions, detect, inspect, open, create_table, annotate_table};

}  // namespace gemflow
