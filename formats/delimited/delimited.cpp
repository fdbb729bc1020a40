// SPDX-License-Identifier: Apache-2.0
#include "delimited/delimited.hpp"

#include <array>
#include <string>
#include <utility>

#include "delimited/table_source.hpp"

namespace gemflow {
namespace {

constexpr std::string_view matrix_name = "counts";

bool detect(const std::filesystem::path& path, std::string_view) { return looks_like_table(path); }

std::unique_ptr<Reader> open(const std::filesystem::path& path, const OpenOptions& options, Job& job) {
  refuse_what_is_absent(options, std::string(matrix_name), path);
  TextLines lines(path, job);
  TableIndex index = read_table_index(lines, options.orientation, *job.report);
  TableAxes axes{index.cells_in_rows, index.n_rows,
                 {std::move(index.places), static_cast<std::int64_t>(index.genes.size())}};
  SourceFacts facts{choose_cells(options.cells, std::move(index.cells), path), std::move(index.genes),
                    std::string(matrix_name), ValueType::float64};
  return read_source(std::move(facts), job, [&](const SourceFacts& kept_facts, const Job& kept_job) {
    auto rows = std::make_unique<TableRows>(path, std::move(index.head), kept_job);
    return table_source(std::move(rows), std::move(axes), kept_facts.cells, kept_job);
  });
}

constexpr std::array<std::string_view, 4> extensions{".csv", ".tsv", ".csv.gz", ".tsv.gz"};

}  // namespace

constinit const Format delimited_format{"table", extensions, detect, nullptr, open, nullptr, nullptr};

}  // namespace gemflow
