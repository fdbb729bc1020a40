// SPDX-License-Identifier: Apache-2.0
// A program that uses the library and lives on after an error, ending as programs do: it returns from main.
//   library_user annotate IN OUT [overwrite]   IN with a column
//   library_user convert IN OUT [overwrite]    a new file with IN's counts
#include <iostream>
#include <string>

#include "gemflow/formats.hpp"
#include "gemflow/run/workers.hpp"

using namespace gemflow;

namespace {

std::unique_ptr<Writer> writer_for(const std::string& what, char** argv, bool overwrite, Job& job) {
  WriteOptions options;
  options.overwrite = overwrite;
  return what == "annotate" ? annotate(argv[2], argv[3], options, job) : create(argv[3], options, job);
}

void write(const std::string& what, char** argv, bool overwrite, Job& job) {
  const auto in = open(argv[2], {}, job);
  const auto out = writer_for(what, argv, overwrite, job);
  Genes genes = in->genes();
  genes.columns.clear();
  out->genes(genes);
  for (Chunk chunk; in->next(chunk, {});) {
    std::vector<std::int64_t> numbers;
    for (std::int64_t i = 0; i < chunk.n_cells(); ++i) numbers.push_back(i);
    chunk.obs = {{"gemflow_number", numbers}};
    out->append(chunk);
  }
  out->finish({"library_user", {}});
}

/// Cells that can still be read.
std::int64_t count_cells(const char* path, Job& job) {
  const auto in = open(path, {}, job);
  std::int64_t n = 0;
  for (Chunk chunk; in->next(chunk, {});) n += chunk.n_cells();
  return n;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) return 2;
  const auto workers = start_workers(2);
  Job job;
  job.workers = workers.get();
  int result = 0;
  try {
    write(argv[1], argv, argc > 4, job);
  } catch (const Error& error) {
    std::cerr << error.what() << '\n';
    result = exit_code(error.kind());
  }
  return count_cells(argv[2], job) > 0 ? result : 1;
}
