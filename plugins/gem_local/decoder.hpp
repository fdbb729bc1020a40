// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <vector>

#include "gem_local/arrays.hpp"
#include "gem_local/parameters.hpp"
#include "gemflow/core/query.hpp"
#include "gemflow/ops/philox.hpp"

namespace gemflow::gem_local {

/// From metadata to rates: log rate = base + effects of the levels + what the observed combination adds.
class Decoder {
 public:
  /// `parameters` must outlive the decoder.
  explicit Decoder(const Parameters& parameters);

  /// The levels that metadata name, completed by what they imply; -1 where they say nothing.
  /// Errors: model (a key or value that the model does not know, or whose values it keeps secret).
  [[nodiscard]] Levels levels_of(const Metadata& metadata, bool allow_unseen) const;

  /// Fills what is open. Of the perturbation: "control" where the field has it, else none. Of the biological and the
  /// technical group, unless `deterministic`: what a random training cell that agrees in the group's given levels had.
  [[nodiscard]] Levels fill(Levels levels, bool deterministic, const Random& technical_random,
                            const Random& biological_random) const;

  /// Log rates of the genes (not scaled to sum to 1). An open field adds nothing: it stands for the mean of all cells.
  [[nodiscard]] FloatRow log_rates(const Levels& levels) const;
  /// Adds what the levels of one group's fields do, each by itself.
  void add_effects(LatentGroup group, const Levels& levels, FloatRow& log_rates) const;
  /// The part of the log rates that a perturbation makes: its effects, and its interaction with the biological levels.
  [[nodiscard]] FloatRow perturbation_part(const Levels& levels) const;

  /// Mean and standard deviation of a cell's log total in the nearest combination that was seen.
  struct Depth {
    double log_mean = 0;
    double log_sd = 0;
  };
  [[nodiscard]] Depth depth(const Levels& levels) const;

 private:
  void set_level(Levels& levels, const std::string& key, std::string_view value, bool allow_unseen) const;
  void draw_group(Levels& levels, LatentGroup group, double uniform) const;
  void add_interaction(const std::map<Levels, std::int32_t>& rows, const Levels& levels, FloatRow& sum) const;
  [[nodiscard]] Levels without(Levels levels, LatentGroup group) const;

  const Parameters* parameters_;
  std::map<Levels, std::int32_t> pair_rows_, condition_rows_;  ///< rows of the interactions
};

}  // namespace gemflow::gem_local
