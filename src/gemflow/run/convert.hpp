// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gemflow/core/job.hpp"
#include "gemflow/core/reader.hpp"
#include "gemflow/core/writer.hpp"
#include "gemflow/run/options.hpp"

namespace gemflow {

struct ConvertOptions {
  using Notes = std::vector<std::pair<std::string, Provenance::Value>>;

  RunOptions run;
  std::optional<Genes> gene_order;     ///< the genes wanted; absent: the file's own
  std::vector<float> mean_expression;  ///< one a gene of gene_order, for --min-overlap; or empty
  Notes notes;                         ///< entries of the provenance about what stands beside the cells
};

struct ConvertResult {
  std::int64_t n_cells = 0;
  std::int64_t n_nonzeros = 0;
  std::optional<GeneMatch> genes;  ///< where a gene_order was given
};

/// Cells of `in`, with what stands beside them, into `out`, which is finished. Values are moved as they are; a matrix
/// that holds no counts gives one warning.
ConvertResult convert(Reader& in, Writer& out, const ConvertOptions& options, Job& job);

}  // namespace gemflow
