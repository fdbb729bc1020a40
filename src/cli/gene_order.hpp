// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "gemflow/core/genes.hpp"
#include "gemflow/core/job.hpp"

namespace gemflow::cli {

/// Genes in the order that is wanted.
struct GeneOrder {
  Genes genes;
  std::vector<float> mean_expression;  ///< one a gene, or empty
  std::string what;                    ///< as messages name it: "model 'pbmc'", "'genes.txt'"
};

/// A `--gene-order`: a count file (its genes), a text file with one id a line, or a model. What is a file is read as one.
/// Errors: input (a file without ids, an id twice), model (no such file and no such model), unsupported (no genes of its own).
[[nodiscard]] GeneOrder read_gene_order(const std::string& ref, Job& job);

}  // namespace gemflow::cli
