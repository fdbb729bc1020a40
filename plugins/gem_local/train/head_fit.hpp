// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "gem_local/parameters.hpp"
#include "gem_local/train/survey.hpp"
#include "gemflow/core/job.hpp"

namespace gemflow::gem_local {

/// Cells and their levels of one field, for training or testing a head.
struct LabelledCells {
  std::vector<std::int32_t> rows;    ///< of the kept cells
  std::vector<std::int32_t> levels;  ///< none is -1
};

/// The cells among `rows` that have a label of the field.
[[nodiscard]] LabelledCells labelled_cells(const KeptCells& cells, const std::vector<Levels>& conditions,
                                           const std::vector<std::int32_t>& rows, std::size_t field);

/// Multinomial logistic regression with a ridge, its temperature still 1. Nothing where fewer than two classes have
/// enough cells.
[[nodiscard]] std::optional<Head> fit_head(const KeptCells& cells, const LabelledCells& labelled, std::size_t field,
                                           Index n_genes, Workers& workers);

}  // namespace gemflow::gem_local
