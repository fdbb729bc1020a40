// SPDX-License-Identifier: Apache-2.0
#include "turned_counts.hpp"

#include <algorithm>
#include <cassert>
#include <numeric>

#include "cell_runs.hpp"

namespace gemflow {
namespace {

/// A quarter of the budget for entries, a quarter for their sorting; the rest is left to windows and the chunk. More than
/// `most` makes fewer runs, not a faster sort.
std::size_t entries_within(std::size_t budget, std::size_t entry_size) {
  constexpr std::size_t least = 1024;
  constexpr std::size_t most = std::size_t{128} << 20;
  return std::max(least, std::min(budget / 4, most) / entry_size);
}

}  // namespace

TurnedCounts::TurnedCounts(std::int64_t n_cells, const Job& job)
    : job_(&job),
      capacity_(entries_within(job.memory, sizeof(Entry))),
      offsets_(static_cast<std::size_t>(n_cells) + 1) {}

/// A stable counting sort by cell.
void TurnedCounts::sort_entries() {
  std::vector<std::size_t> places(offsets_.size());
  for (const Entry& entry : entries_) ++places[static_cast<std::size_t>(entry.cell) + 1];
  std::partial_sum(places.begin(), places.end(), places.begin());
  std::vector<Entry> sorted(entries_.size());
  for (const Entry& entry : entries_) sorted[places[static_cast<std::size_t>(entry.cell)]++] = entry;
  entries_.swap(sorted);
}

void TurnedCounts::spill() {
  job_->check_stop();
  if (!scratch_) scratch_ = std::make_unique<ScratchFile>(*job_);
  sort_entries();
  Run run;
  run.offset = scratch_->size();
  run.n_entries = static_cast<std::int64_t>(entries_.size());
  scratch_->append(std::as_bytes(std::span(entries_)));
  runs_.push_back(std::move(run));
  entries_.clear();
}

void TurnedCounts::seal() {
  std::partial_sum(offsets_.begin(), offsets_.end(), offsets_.begin());
  if (!runs_.empty()) {
    spill();
    entries_ = {};
    return;
  }
  sort_entries();
  Run run;
  run.n_entries = run.n_loaded = static_cast<std::int64_t>(entries_.size());
  run.window = std::move(entries_);
  runs_.push_back(std::move(run));
}

std::int64_t TurnedCounts::n_that_fit(const Limit& limit) const noexcept {
  return count_fitting(offsets_, next_cell_, limit);
}

/// Fills the run's window with what follows; false when all of the run has been in it.
bool TurnedCounts::load(Run& run) {
  if (run.n_loaded == run.n_entries) return false;
  const std::size_t share = entries_within(job_->memory, sizeof(Entry)) / runs_.size();
  const auto room = static_cast<std::int64_t>(std::clamp<std::size_t>(share, 256, 65'536));
  run.window.resize(static_cast<std::size_t>(std::min(room, run.n_entries - run.n_loaded)));
  scratch_->read(run.offset + run.n_loaded * static_cast<std::int64_t>(sizeof(Entry)),
                 std::as_writable_bytes(std::span(run.window)));
  run.n_loaded += static_cast<std::int64_t>(run.window.size());
  run.next = 0;
  return true;
}

/// Brings the entries of the cells before `end` from all runs to their places in `staged_`.
void TurnedCounts::stage(std::int64_t end) {
  const std::int64_t base = offsets_[static_cast<std::size_t>(next_cell_)];
  staged_.resize(static_cast<std::size_t>(offsets_[static_cast<std::size_t>(end)] - base));
  cursors_.assign(offsets_.begin() + next_cell_, offsets_.begin() + end);
  for (Run& run : runs_) {
    while (run.next < run.window.size() || load(run)) {
      const Entry& entry = run.window[run.next];
      if (entry.cell >= end) break;
      staged_[static_cast<std::size_t>(cursors_[static_cast<std::size_t>(entry.cell - next_cell_)]++ - base)] = entry;
      ++run.next;
    }
  }
}

void TurnedCounts::append_cell(std::vector<Entry>::iterator begin, std::vector<Entry>::iterator end,
                               CountChunk& counts) {
  const auto by_gene = [](const Entry& a, const Entry& b) { return a.gene < b.gene; };
  if (!std::is_sorted(begin, end, by_gene)) std::stable_sort(begin, end, by_gene);
  genes_.clear();
  values_.clear();
  for (auto entry = begin; entry != end; ++entry) {
    if (!genes_.empty() && genes_.back() == entry->gene) {
      values_.back() += entry->value;
    } else {
      genes_.push_back(entry->gene);
      values_.push_back(entry->value);
    }
  }
  counts.append(genes_, values_);
}

void TurnedCounts::take(std::int64_t n, CountChunk& counts) {
  assert(next_cell_ + n <= n_cells());
  job_->check_stop();
  const std::int64_t end = next_cell_ + n;
  stage(end);
  const std::int64_t base = offsets_[static_cast<std::size_t>(next_cell_)];
  for (std::int64_t cell = next_cell_; cell < end; ++cell) {
    const std::int64_t from = offsets_[static_cast<std::size_t>(cell)] - base;
    const std::int64_t to = offsets_[static_cast<std::size_t>(cell) + 1] - base;
    append_cell(staged_.begin() + from, staged_.begin() + to, counts);
  }
  next_cell_ = end;
}

void TurnedCounts::rewind() {
  next_cell_ = 0;
  for (Run& run : runs_) {
    run.next = 0;
    if (!scratch_) continue;
    run.n_loaded = 0;
    run.window.clear();
  }
}

}  // namespace gemflow
