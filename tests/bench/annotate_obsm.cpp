// SPDX-License-Identifier: Apache-2.0
// annotate_obsm IN.h5ad OUT.h5ad THREADS: made-up latents for every cell, beside the input's own content, the way a model's
// answers go there; peers.py makes the same numbers.
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <memory>

#include "gemflow/formats.hpp"
#include "gemflow/run/workers.hpp"

namespace {

constexpr std::int64_t n_latents = 1024;
constexpr std::int64_t cells_at_once = 650;  // what a block of 1.3 million non-zeros holds in such a file

gemflow::Matrix latents(std::int64_t first, std::int64_t n_cells) {
  gemflow::Matrix made{"X_gemflow_bench", gemflow::MatrixKind::other, {}, {}};
  for (std::int64_t column = 0; column < n_latents; ++column) made.columns.push_back(std::to_string(column));
  made.values.resize(static_cast<std::size_t>(n_cells * n_latents));
  auto number = static_cast<std::uint32_t>(first * n_latents);
  for (float& value : made.values) value = static_cast<float>((number++ * 2654435761U) >> 8U) / float{1 << 24};
  return made;
}

void annotate_all(const char* in, const char* out, gemflow::Job& job) {
  gemflow::OpenOptions wanted;
  wanted.automatic = gemflow::AutoMatrix::first;
  const std::unique_ptr<gemflow::Reader> reader = gemflow::open(in, wanted, job);
  gemflow::WriteOptions options;
  options.overwrite = true;
  const auto writer = gemflow::annotate(in, out, options, job);
  writer->genes(reader->genes());
  gemflow::Chunk chunk;
  for (std::int64_t first = 0; first < reader->n_cells(); first += chunk.n_cells()) {
    chunk.clear(first);
    chunk.counts.resize_cells(std::min(cells_at_once, reader->n_cells() - first));
    for (std::int64_t& offset : chunk.counts.offsets_to_fill()) offset = 0;
    chunk.obsm.push_back(latents(first, chunk.n_cells()));
    writer->append(chunk);
  }
  gemflow::Provenance provenance;
  provenance.command = "bench";
  writer->finish(provenance);
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 4) return 2;
  const auto workers = gemflow::start_workers(std::atoi(argv[3]));
  gemflow::Job job;
  job.workers = workers.get();
  annotate_all(argv[1], argv[2], job);
  return 0;
} catch (const std::exception& fault) {
  std::cerr << fault.what() << '\n';
  return 1;
}
