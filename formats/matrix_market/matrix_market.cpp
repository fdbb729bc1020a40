// SPDX-License-Identifier: Apache-2.0
#include "matrix_market/matrix_market.hpp"

#include <array>
#include <utility>

#include <fmt/core.h>

#include "matrix_market/mtx_source.hpp"

namespace gemflow {
namespace {

constexpr std::string_view matrix_name = "counts";

bool detect(const std::filesystem::path& path, std::string_view) { return has_mtx(path); }

ValueType stored_type(MtxHeader::Field field) noexcept {
  return field == MtxHeader::Field::real ? ValueType::float64 : ValueType::int32;
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
  SourceFacts facts{choose_cells(options.cells, std::move(lists.cells), path), std::move(lists.genes),
                    std::string(matrix_name), stored_type(header.field)};
  MtxAxes axes{lists.cells_in_rows, std::move(lists.features)};
  return read_source(std::move(facts), job, [&](const SourceFacts& kept_facts, const Job& kept_job) {
    return mtx_source(std::move(entries), std::move(axes), kept_facts.cells, kept_job);
  });
}

constexpr std::array<std::string_view, 2> extensions{".mtx", ".mtx.gz"};

}  // namespace

constinit const Format matrix_market_format{"mtx", extensions, detect, nullptr, open, nullptr, nullptr};

}  // namespace gemflow
