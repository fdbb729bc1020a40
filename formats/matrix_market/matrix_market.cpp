// SPDX-License-Identifier: Apache-2.0
#include "matrix_market/matrix_market.hpp"

#include <array>
#include <string>
#include <utility>

#include <fmt/core.h>

#include "inspection.hpp"
#include "matrix_market/mtx_source.hpp"

namespace gemflow {
namespace {

constexpr std::string_view matrix_name = "counts";

bool detect(const std::filesystem::path& path, std::string_view) { 
  return has_mtx(path) || !matrix_of_list(path).empty();
}

ValueType stored_type(MtxHeader::Field field) noexcept {
  return field == MtxHeader::Field::real ? ValueType::float64 : ValueType::int32;
}

/// -1 where entries of other features stand among them.
std::int64_t n_entries_of_genes(const MtxHeader& header, const MtxLists& lists) noexcept {
  return lists.features.places.empty() ? header.n_entries : -1;
}

std::unique_ptr<Reader> open(const std::filesystem::path& path, const OpenOptions& options, Job& job) {
  refuse_what_is_absent(options, std::string(matrix_name), path);
  const MtxFiles files = find_mtx_files(path);
  auto entries = std::make_unique<MtxEntries>(files.matrix, job);
  const MtxHeader& header = entries->header();
  if (header.field == MtxHeader::Field::pattern) {
    job.report->warning(
        fmt::format("'{}' says where counts are and not how many: each is taken as 1", files.matrix.string()));
  }
  MtxLists lists = read_mtx_lists(files, header, options.orientation, job);
  const WholeMatrix whole{static_cast<std::int64_t>(lists.cells.size()), n_entries_of_genes(header, lists), false};
  SourceFacts facts{choose_cells(options.cells, std::move(lists.cells), path), std::move(lists.genes),
                    std::string(matrix_name), stored_type(header.field), whole};
  MtxAxes axes{lists.cells_in_rows, std::move(lists.features)};
  return read_source(std::move(facts), job, [&](const SourceFacts& kept_facts, const Job& kept_job) {
    return mtx_source(std::move(entries), std::move(axes), kept_facts.cells, kept_job);
  });
}

/// The first entries, cell by cell; the last cell may lack some.
CountChunk first_values(MtxEntries& entries, const MtxAxes& axes, std::int64_t n_cells, const Job& job) {
  TurnedCounts first(n_cells, job);
  MtxEntry entry;
  for (std::int64_t i = 0; i < inspected_values && entries.next(entry); ++i) {
    const std::int32_t gene = axes.gene_of(entry);
    if (gene >= 0) first.add(static_cast<std::int32_t>(axes.cell_of(entry)), gene, entry.value);
  }
  first.seal();
  CountChunk counts;
  first.take(n_cells, counts);
  return counts;
}

/// Who wrote the folder, as far as names and comments tell.
std::string flavour_of(const MtxFiles& files, const MtxHeader& header) {
  const std::string genes = files.genes.filename().string();
  if (header.comment.find("metadata_json") != std::string::npos) return "10x v3";
  if (files.matrix.filename().string().find("cells_x_genes") != std::string::npos) return "kallisto | bustools";
  return genes.find("features.tsv") != std::string::npos ? "like 10x v3" : "like 10x v2";
}

Inspection inspect(const std::filesystem::path& path, Job& job) {
  const MtxFiles files = find_mtx_files(path);
  MtxEntries entries(files.matrix, job);
  const MtxHeader& header = entries.header();
  const MtxLists lists = read_mtx_lists(files, header, Orientation::detect, job);
  Inspection seen;
  seen.format = matrix_market_format.name;
  seen.flavour = flavour_of(files, header);
  seen.n_cells = static_cast<std::int64_t>(lists.cells.size());
  inspect_genes(seen, lists.genes);
  const CountChunk first = first_values(entries, {lists.cells_in_rows, lists.features}, seen.n_cells, job);
  const std::string_view type = name_of(stored_type(header.field));
  MatrixView matrix{std::string(matrix_name), "coordinate", std::string(type), seen.n_cells, seen.n_genes, n_entries_of_genes(header, lists), ""};
  inspect_values(seen, std::move(matrix), first);
  return seen;
}

constexpr std::array<std::string_view, 2> extensions{".mtx", ".mtx.gz"};

}  // namespace

constinit const Format matrix_market_format{"mtx", extensions, detect, inspect, open, nullptr, nullptr};

}  // namespace gemflow
