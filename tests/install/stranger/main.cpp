// A stranger's program: cells in memory, progress in its own words, and a cancel.
#include <cstdint>
#include <iostream>
#include <stop_token>
#include <string_view>

#include "gemflow/core/error.hpp"
#include "gemflow/core/in_memory.hpp"
#include "gemflow/core/job.hpp"
#include "gemflow/formats.hpp"

namespace {

class Progress final : public gemflow::Report {
 public:
  void warning(std::string_view sentence) override { std::cout << "warning: " << sentence << '\n'; }
  void note(std::string_view sentence) override { std::cout << sentence << '\n'; }
  void progress(std::string_view doing, std::int64_t done, std::int64_t total) override {
    std::cout << doing << ' ' << done << " of " << total << '\n';
    if (done == total) stop.request_stop();
  }

  std::stop_source stop;
};

}  // namespace

int main() {
  Progress progress;
  gemflow::Job job;
  job.report = &progress;
  job.stop = progress.stop.get_token();
  gemflow::Chunk cells;
  cells.counts.append({}, {});
  cells.counts.append({}, {});
  cells.counts.append({}, {});
  cells.cell_names = {"a", "b", "c"};
  const auto reader = gemflow::read_memory(cells, gemflow::Genes{{"LYZ"}, {}, {}});
  try {
    gemflow::Chunk chunk;
    for (std::int64_t done = 0; reader->next(chunk, {.cells = 1});) {
      job.check_stop();
      job.report->progress("reading", ++done, reader->n_cells());
    }
    job.check_stop();
  } catch (const gemflow::Error& error) {
    std::cout << error.what() << '\n';
    return gemflow::exit_code(error.kind()) == 130 ? 0 : 1;
  }
  return 1;
}
