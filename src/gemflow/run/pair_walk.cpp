// SPDX-License-Identifier: Apache-2.0
#include "gemflow/run/pair_walk.hpp"

#include "gemflow/core/error.hpp"

namespace gemflow {

PairWalk::PairWalk(const std::vector<Condition>& conditions, std::uint64_t seed) : conditions_(&conditions), seed_(seed) {
  for (const Condition& condition : conditions) {
    if (!condition.reference.empty()) missing_.insert(condition.reference);
  }
}

void PairWalk::begin(const Chunk& chunk) {
  cell_ = 0;
  condition_ = 0;
  replicate_ = 0;
  for (const std::string& name : chunk.cell_names) missing_.erase(name);
}

std::vector<Sample> PairWalk::next(const Chunk& chunk, std::int64_t most) {
  std::vector<Sample> samples;
  while (cell_ < chunk.n_cells() && static_cast<std::int64_t>(samples.size()) < most) {
    const Condition& condition = (*conditions_)[condition_];
    const bool wanted =
        condition.reference.empty() || condition.reference == chunk.cell_names[static_cast<std::size_t>(cell_)];
    if (!wanted || replicate_ == condition.num_samples) {
      next_pair();
      continue;
    }
    const auto n_conditions = static_cast<std::int64_t>(conditions_->size());
    // A condition with a reference of its own is one pair, wherever that cell stands; no other pair has its number.
    const std::int64_t before = condition.reference.empty() ? chunk.counts.number(cell_) * n_conditions : 0;
    const std::int64_t number = before + static_cast<std::int64_t>(condition_);
    samples.push_back({static_cast<std::int32_t>(condition_), cell_, number, replicate_++, condition.seed.value_or(seed_)});
  }
  return samples;
}

void PairWalk::expect_all_found() const {
  if (missing_.empty()) return;
  throw Error(ErrorKind::input, "there is no cell '" + printable(*missing_.begin()) + "' to condition on",
              "the column 'reference' names cells of IN; leave it empty for every chosen cell");
}

void PairWalk::next_pair() noexcept {
  replicate_ = 0;
  if (++condition_ < conditions_->size()) return;
  condition_ = 0;
  ++cell_;
}

}  // namespace gemflow
