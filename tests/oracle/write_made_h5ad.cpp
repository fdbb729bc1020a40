// SPDX-License-Identifier: Apache-2.0
// Writes what an oracle then reads, of cells that are made up (support/many_cells.hpp):
//   write_made_h5ad create OUT CELLS GENES TYPE         a new file
//   write_made_h5ad annotate IN OUT CHUNK [BEGIN END]   answers beside the cells of IN, or beside some of them
//   write_made_h5ad reorder IN OUT CHUNK                IN with its genes backwards, every third left out, two new ones
//   in front
#include <iostream>
#include <stdexcept>
#include <string>

#include "gemflow/core/error.hpp"
#include "gemflow/formats.hpp"
#include "gemflow/run/workers.hpp"
#include "h5ad/data_frame.hpp"
#include "h5ad/writer.hpp"
#include "hdf5/file.hpp"
#include "support/many_cells.hpp"

using namespace gemflow;

namespace {

ValueType type_named(const std::string& name) {
  for (int i = 0; i < 10; ++i) {
    if (name_of(static_cast<ValueType>(i)) == name) return static_cast<ValueType>(i);
  }
  throw std::invalid_argument(name);
}

Provenance provenance() {
  Provenance made{"predict_metadata", {}};
  made.add("version", std::string("0.1"));
  made.add("match/found", std::int64_t{12});
  made.add("match/share", 0.25);
  made.add("match/whole", true);
  made.add("classes/cell_type", std::vector<std::string>{"a", "b"});
  made.add("empty", std::vector<std::string>{});
  return made;
}

void create(char** argv, Job& job) {
  const std::int64_t n_cells = std::stoll(argv[3]);
  const std::int64_t n_genes = std::stoll(argv[4]);
  const auto writer = h5ad::create_h5ad(argv[2], {}, job);
  writer->genes(test::many_genes(n_genes));
  test::append_in_chunks(*writer, test::many_cells(n_cells, n_genes, type_named(argv[5])), 1'000);
  writer->finish(provenance());
}

std::vector<std::string> names_of(const std::filesystem::path& path, const char* frame) {
  const hdf5::Handle file = hdf5::open_to_read(path, silence());
  const h5ad::DataFrame rows(file, frame);
  std::vector<std::string> names;
  rows.append_names(0, rows.n_rows(), names);
  return names;
}

void annotate_made(int argc, char** argv, Job& job) {
  std::vector<std::string> cells = names_of(argv[2], "obs");
  WriteOptions options;
  if (argc == 7) {
    options.cells.rows = {std::stoll(argv[5]), std::stoll(argv[6])};
    cells = {cells.begin() + options.cells.rows->first, cells.begin() + options.cells.rows->second};
  }
  const std::vector<std::string> genes = names_of(argv[2], "var");
  const auto n_genes = static_cast<std::int64_t>(genes.size());
  Chunk answer = test::many_cells(static_cast<std::int64_t>(cells.size()), n_genes);
  answer.cell_names = cells;
  for (Column& column : answer.obs) column.name.insert(0, "gemflow_");
  answer.obsm[0].name = "X_gemflow_biological";
  answer.layers[0].name = "gemflow_counts";
  Genes table = test::many_genes(n_genes);
  table.names = genes;
  for (Column& column : table.columns) {
    if (column.name.rfind("gemflow_", 0) != 0) column.name.insert(0, "gemflow_");
  }
  const auto writer = annotate(argv[2], argv[3], options, job);
  writer->genes(table);
  test::append_in_chunks(*writer, answer, std::stoll(argv[4]));
  writer->finish(provenance());
}

void reorder(char** argv, Job& job) {
  OpenOptions options;
  options.matrix = "X";
  options.automatic = AutoMatrix::first;
  const auto reader = open(argv[2], options, job);
  const std::int64_t n_old = static_cast<std::int64_t>(reader->genes().size());
  Genes genes = test::genes({"new_1", "new_2"});
  genes.source = {-1, -1};
  std::vector<std::int32_t> to(static_cast<std::size_t>(n_old), -1);
  for (std::int64_t gene = n_old - 1; gene >= 0; --gene) {
    if (gene % 3 == 2) continue;
    to[static_cast<std::size_t>(gene)] = static_cast<std::int32_t>(genes.size());
    genes.names.push_back(reader->genes().names[static_cast<std::size_t>(gene)]);
    genes.source.push_back(gene);
  }
  WriteOptions write;
  write.carry = argv[2];
  const auto writer = create(argv[3], write, job);
  writer->genes(genes);
  Limit limit;
  limit.cells = std::stoll(argv[4]);
  for (Chunk chunk, moved; reader->next(chunk, limit);) {
    moved.clear();
    moved.counts.stored_type(chunk.counts.stored_type());
    moved.cell_names = chunk.cell_names;
    for (std::int64_t cell = 0; cell < chunk.n_cells(); ++cell) {
      const CellCounts counts = chunk.counts.cell(cell);
      std::vector<std::int32_t> row;
      std::vector<double> values;
      for (std::size_t i = counts.genes.size(); i-- > 0;) {
        const std::int32_t gene = to[static_cast<std::size_t>(counts.genes[i])];
        if (gene < 0) continue;
        row.push_back(gene);
        values.push_back(counts.values[i]);
      }
      moved.counts.append(row, values);
    }
    writer->append(moved);
  }
  writer->finish({"convert", {}});
}

int run(int argc, char** argv, Job& job) {
  const std::string what = argc > 1 ? argv[1] : "";
  if (what == "create" && argc == 6) return create(argv, job), 0;
  if (what == "annotate" && (argc == 5 || argc == 7)) return annotate_made(argc, argv, job), 0;
  if (what == "reorder" && argc == 5) return reorder(argv, job), 0;
  std::cerr << "wrong arguments\n";
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  const auto workers = start_workers(2);
  Job job;
  job.workers = workers.get();
  try {
    return run(argc, argv, job);
  } catch (const Error& error) {
    std::cerr << error.what() << "\n  hint: " << error.hint() << '\n';
    return exit_code(error.kind());
  }
}
