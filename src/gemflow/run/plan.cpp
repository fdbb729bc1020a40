// SPDX-License-Identifier: Apache-2.0
#include "gemflow/run/plan.hpp"

#include <algorithm>
#include <cmath>

namespace gemflow {
namespace {

// What one core needs of each cell. Measured with the embedded model (9,015 genes) on 5,590 cells of 1,839 non-zeros each
// (data/immune_cells.h5ad, ten times): 0.37 ms for predict-metadata with --decoder-sample, 1.6 ms for condition with controls, fold
// changes and drawn cells. The figures here say a little more than twice that.
struct Pace {
  double seconds_a_nonzero;
  double seconds_a_model_gene;
};
constexpr Pace prediction{0.4e-6, 0.02e-6};
constexpr Pace conditioning{0.5e-6, 0.3e-6};
constexpr double seconds_to_start = 5;
constexpr std::int64_t usual_model_genes = 20'000;

// Peaks of the same runs were 153 MB and 259 MB; a block of work is bounded whatever the file.
constexpr std::int64_t megabytes = 512;
// A file stored gene by gene is turned in windows: 192 MiB, or a quarter of its entries (up to 12 bytes each), at most 1 GiB.
constexpr std::int64_t least_window = 192;
constexpr std::int64_t most_window = 1024;
constexpr std::int64_t entry_bytes = 12;

// The API publishes no speed: these are assumptions, to be replaced by the user's own figure through --cells-per-task.
constexpr double hosted_seconds_to_start = 60;
constexpr double hosted_seconds_a_cell = 0.1;
constexpr std::int64_t hosted_megabytes = 1024;  // batches in flight, their bodies and replies

// A cell is a list of counts, a digit and a comma for a zero, and a few hundred bytes of names and metadata around it.
constexpr std::int64_t bytes_around_a_cell = 1024;
constexpr std::int64_t bytes_a_gene = 2;
constexpr std::int64_t more_digits = 1;  // of a count that is not zero

class Estimate {
 public:
  Estimate(const PlanFile& file, const PlanOptions& options)
      : file_(file),
        hosted_(options.is_hosted),
        pace_(options.predicts ? prediction : conditioning),
        n_model_genes_(options.n_model_genes > 0 ? options.n_model_genes : usual_model_genes) {
    const auto cells = static_cast<double>(std::max<std::int64_t>(file.n_cells, 1));
    nonzeros_a_cell_ = file.n_nonzeros < 0 ? static_cast<double>(file.n_genes) : static_cast<double>(file.n_nonzeros) / cells;
  }

  [[nodiscard]] double seconds_a_cell() const {
    if (hosted_) return hosted_seconds_a_cell;
    return nonzeros_a_cell_ * pace_.seconds_a_nonzero + static_cast<double>(n_model_genes_) * pace_.seconds_a_model_gene;
  }

  [[nodiscard]] double start() const { return hosted_ ? hosted_seconds_to_start : seconds_to_start; }

  [[nodiscard]] std::int64_t memory_mb() const {
    const std::int64_t base = hosted_ ? hosted_megabytes : megabytes;
    if (!file_.by_gene) return base;
    const double bytes = nonzeros_a_cell_ * static_cast<double>(file_.n_cells * entry_bytes) / 4;
    return base + std::clamp(static_cast<std::int64_t>(bytes / (1 << 20)), least_window, most_window);
  }

  [[nodiscard]] std::int64_t bytes_to_send(std::int64_t n_cells) const {
    if (!hosted_) return 0;
    const auto digits = static_cast<std::int64_t>(std::ceil(nonzeros_a_cell_ * static_cast<double>(more_digits)));
    return n_cells * (bytes_around_a_cell + bytes_a_gene * n_model_genes_ + digits);
  }

 private:
  PlanFile file_;
  bool hosted_;
  Pace pace_;
  std::int64_t n_model_genes_;
  double nonzeros_a_cell_ = 0;
};

/// Cells of each task but the last: no more than the time allows, in tasks of one size.
std::int64_t cells_of_a_task(const PlanFile& file, const PlanOptions& options, const Estimate& estimate) {
  if (options.cells_per_task > 0) return options.cells_per_task;
  const double room = std::max(static_cast<double>(options.seconds_per_task) - estimate.start(), 1.0);
  const double fit = std::min(room / estimate.seconds_a_cell(), static_cast<double>(file.n_cells));
  const std::int64_t most = std::max<std::int64_t>(static_cast<std::int64_t>(fit), 1);
  const std::int64_t n_tasks = (file.n_cells + most - 1) / most;
  return (file.n_cells + n_tasks - 1) / n_tasks;
}

}  // namespace

std::vector<PlannedTask> plan_tasks(const PlanFile& file, const PlanOptions& options) {
  std::vector<PlannedTask> tasks;
  if (file.n_cells <= 0) return tasks;
  const Estimate estimate(file, options);
  const std::int64_t size = cells_of_a_task(file, options, estimate);
  for (std::int64_t begin = 0; begin < file.n_cells; begin += size) {
    const std::int64_t end = std::min(begin + size, file.n_cells);
    const double seconds = estimate.start() + static_cast<double>(end - begin) * estimate.seconds_a_cell();
    tasks.push_back({begin, end, estimate.memory_mb(), static_cast<std::int64_t>(std::ceil(seconds)),
                     estimate.bytes_to_send(end - begin)});
  }
  return tasks;
}

}  // namespace gemflow
