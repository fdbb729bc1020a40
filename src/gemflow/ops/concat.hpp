// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gemflow/core/reader.hpp"

namespace gemflow {

/// Which genes several inputs have together: those of all of them, or those of any (absent ones count zero).
enum class Join { inner, outer };

struct ConcatInput {
  std::string sample;  ///< its name: a label beside each of its cells, and behind each cell's name ("AAAC-1-sample")
  std::unique_ptr<Reader> reader;
};

/// The cells of several inputs, one input after the other, as one reader. Genes are met by name; they come in the order
/// of the first input that has them, with its columns. `sample_key` names the obs column of the sample; empty: none.
/// REQUIRES: at least one input; all were opened with the same obs columns and without layers.
/// Errors: usage (two samples of one name); input (a gene name twice in one of several differing gene lists, no gene in
/// common).
[[nodiscard]] std::unique_ptr<Reader> concat(std::vector<ConcatInput> inputs, Join join, const std::string& sample_key);

}  // namespace gemflow
