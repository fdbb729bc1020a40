// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "gemflow/core/reader.hpp"
#include "gemflow/core/report.hpp"
#include "gemflow/ops/gene_map.hpp"

namespace gemflow {

/// Which genes several inputs have together: those of all of them, or those of any (absent ones count zero).
enum class Join { inner, outer };

struct ConcatInput {
  std::string sample;  ///< its name: a label beside each of its cells, and behind each cell's name ("AAAC-1-sample")
  std::string file;    ///< as messages name it; empty: the sample's name
  /// Opens it, each time anew: to look at it, again for its cells when their turn comes, again after `rewind`.
  std::function<std::unique_ptr<Reader>()> open;
};

struct ConcatOptions {
  Join join = Join::inner;
  std::string sample_key;  ///< names the obs column of the sample; empty: none
  /// What genes meet by where the indices of some inputs are ids and those of others are symbols.
  GenesBy by = GenesBy::automatic;
};

/// The cells of several inputs, one input after the other, as one reader. One input is open at a time; of the others it keeps
/// names of genes that are new, and a digest of each list. Genes are met by name: by the index, and where ids stand there in
/// some inputs and symbols in others, by the ids that all have in some column, else by such symbols (a note says so). They
/// come in the order of the first input that has them, with its columns.
/// REQUIRES: at least one input; all come with the same obs columns, obsm matrices (as wide) and layers.
/// Errors: usage (two samples of one name); input (a gene name twice in one of several differing gene lists, no gene in
/// common, ids here and symbols there; from `next`: an input that is not what it was).
[[nodiscard]] std::unique_ptr<Reader> concat(std::vector<ConcatInput> inputs, ConcatOptions options, Report& report = silence());

}  // namespace gemflow
