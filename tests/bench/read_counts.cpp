// SPDX-License-Identifier: Apache-2.0
// read_counts FILE THREADS: reads and decodes every cell and writes nothing; what was read is summed, so that peers.py can tell
// that it read the same.
#include <cstdlib>
#include <exception>
#include <iostream>
#include <memory>
#include <numeric>
#include <vector>

#include "gemflow/formats.hpp"
#include "gemflow/run/workers.hpp"

namespace {

double sum_of(std::span<const double> values, gemflow::Workers& workers) {
  constexpr std::size_t block = 100'000;
  std::vector<double> sums((values.size() + block - 1) / block);
  workers.each(static_cast<std::int64_t>(sums.size()), [&](std::int64_t number) {
    const std::span<const double> rest = values.subspan(static_cast<std::size_t>(number) * block);
    const std::span<const double> part = rest.first(std::min(block, rest.size()));
    sums[static_cast<std::size_t>(number)] = std::accumulate(part.begin(), part.end(), 0.0);
  });
  return std::accumulate(sums.begin(), sums.end(), 0.0);
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 3) return 2;
  const auto workers = gemflow::start_workers(std::atoi(argv[2]));
  gemflow::Job job;
  job.workers = workers.get();
  const auto reader = gemflow::open(argv[1], {}, job);
  gemflow::Chunk chunk;
  std::int64_t nonzeros = 0;
  double sum = 0;
  while (reader->next(chunk, {})) {
    nonzeros += chunk.counts.n_nonzeros();
    sum += sum_of(chunk.counts.values(), *workers);
  }
  std::cout << "{\"nonzeros\": " << nonzeros << ", \"sum\": " << static_cast<std::int64_t>(sum) << "}\n";
  return 0;
} catch (const std::exception& fault) {
  std::cerr << fault.what() << '\n';
  return 1;
}
