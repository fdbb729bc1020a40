// SPDX-License-Identifier: Apache-2.0
#include "gemflow/run/run_modality.hpp"

#include "gemflow/core/in_memory.hpp"
#include "gemflow/core/slice.hpp"
#include "support/catch.hpp"
#include "support/chunks.hpp"
#include "support/expect_error.hpp"

using namespace gemflow;

namespace {

constexpr std::int32_t n_genes = 1000;

/// Cells 's' of a few genes and few counts, 'b' of all genes and many, '-' of none.
Chunk cells_like(std::string_view kinds) {
  Chunk cells;
  std::vector<std::int32_t> genes(n_genes);
  for (std::int32_t gene = 0; gene < n_genes; ++gene) genes[static_cast<std::size_t>(gene)] = gene;
  for (const char kind : kinds) {
    const std::size_t n = kind == 'b' ? genes.size() : kind == 's' ? 50 : 0;
    cells.counts.append({genes.data(), n}, std::vector<double>(n, kind == 'b' ? 500 : 2));
    cells.cell_names.push_back(std::string(1, kind) + std::to_string(cells.cell_names.size()));
  }
  return cells;
}

Genes many_genes() {
  Genes genes;
  for (int gene = 0; gene < n_genes; ++gene) genes.names.push_back("g" + std::to_string(gene));
  return genes;
}

/// Is a run over these rows, in chunks of so many cells, refused? `is_part`: it knows of the whole.
bool is_refused(std::string_view kinds, std::pair<std::int64_t, std::int64_t> rows, std::int64_t limit, bool is_part = true) {
  const Chunk whole = cells_like(kinds);
  const auto in = read_memory(slice(whole, rows.first, rows.second), many_genes());
  ModelCard card;
  card.id = "blood";
  card.modality = Modality::single_cell;
  RunOptions options;
  if (is_part) {
    options.part = PartRows{rows.first, rows.second, whole.n_cells()};
    options.open_whole = [&whole] { return read_memory(whole, many_genes()); };
  }
  RunModality modality(card, *in, options, {limit});
  Job job;
  try {
    for (Chunk chunk; in->next(chunk, {limit});) modality.look(chunk.counts, job);
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::unsupported);
    return true;
  }
  return false;
}

}  // namespace

TEST_CASE("a part whose own cells look wrong goes on where its whole does, and stops where it does not") {
  CHECK(is_refused("sssbbb", {3, 6}, 3, false));
  CHECK(!is_refused("sssbbb", {3, 6}, 3));
  CHECK(is_refused("bbbsss", {0, 3}, 3));
  CHECK(is_refused("bbbbbb", {3, 6}, 3));
  CHECK(!is_refused("bbbsss", {3, 6}, 3));  // the part that begins the file stops
}

TEST_CASE("the part that begins a file is judged by as many cells as the whole") {
  CHECK(is_refused("ssbbbb", {0, 6}, 6, false));
  CHECK(!is_refused("ssbbbb", {0, 2}, 2));
  CHECK(is_refused("ssbbbb", {0, 2}, 6));
  CHECK(!is_refused("bbssss", {0, 2}, 6));
  CHECK(is_refused("--bbbb", {0, 2}, 2));  // judged by the first cells that have counts
  CHECK(!is_refused("--ssss", {0, 2}, 2));
}
