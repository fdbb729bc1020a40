// SPDX-License-Identifier: Apache-2.0
#include "gem_local/evaluate/real_cells.hpp"

#include <fmt/format.h>

#include "gemflow/core/error.hpp"
#include "gemflow/ops/gene_map.hpp"
#include "gemflow/ops/philox.hpp"

namespace gemflow::gem_local {
namespace {

constexpr double most_cells = 5000;
constexpr auto choice_stream = Stream(static_cast<int>(Stream::training) + 3);

const Column& column_of(const Chunk& chunk, const std::string& name) {
  if (const Column* column = chunk.find_obs(name)) return *column;
  throw Error(ErrorKind::input, fmt::format("evaluating: there is no obs column '{}'", printable(name)),
              "gemflow inspect shows the obs columns");
}

}  // namespace

RealCells read_real_cells(Reader& in, const ModelCard& card, const std::vector<KeyAndColumn>& columns,
                          std::uint64_t seed, Job& job) {
  const GeneMap map = map_genes(in.genes(), card);
  job.report->note(map.line());
  RealCells cells;
  cells.counts.clear();
  cells.values.resize(columns.size());
  const double chance = most_cells / static_cast<double>(in.n_cells());
  Chunk chunk;
  CountChunk aligned;
  in.rewind();
  while (job.check_stop(), in.next(chunk, Limit{})) {
    map.align(chunk.counts, aligned, *job.workers);
    for (std::int64_t cell = 0; cell < chunk.n_cells(); ++cell) {
      const Random random(seed, {cells.n_read++, 0, choice_stream});
      if (random.uniform(0) >= chance || aligned.total(cell) <= 0) continue;
      cells.counts.append(aligned.cell(cell).genes, aligned.cell(cell).values);
      for (std::size_t key = 0; key < columns.size(); ++key) {
        std::string value = column_of(chunk, columns[key].second).text_at(static_cast<std::size_t>(cell));
        cells.values[key].push_back(value == unassigned ? std::string() : std::move(value));
      }
    }
    job.report->progress("reading cells", cells.n_read, in.n_cells());
  }
  return cells;
}

}  // namespace gemflow::gem_local
