// SPDX-License-Identifier: Apache-2.0
// Writes what an oracle then reads:  write_made_h5ad create OUT CELLS GENES TYPE   (made cells, see support/many_cells.hpp)
//                                    write_made_h5ad annotate IN OUT               (answers beside the cells of IN)
#include <iostream>
#include <string>

#include "gemflow/formats.hpp"
#include "gemflow/run/workers.hpp"
#include "h5ad/writer.hpp"
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

}  // namespace

int main(int argc, char** argv) {
  const auto workers = start_workers(2);
  Job job;
  job.workers = workers.get();
  try {
    if (argc == 6 && std::string(argv[1]) == "create") {
      create(argv, job);
      return 0;
    }
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
  std::cerr << "wrong arguments\n";
  return 2;
}
