// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "gemflow/core/count_chunk.hpp"
#include "gemflow/core/format.hpp"
#include "gemflow/core/genes.hpp"

namespace gemflow {

/// Values of a matrix that an inspection looks at, at most.
inline constexpr std::int64_t inspected_values = 1'300'000;

/// "Ensembl gene ids (human) in 'gene_ids', symbols (human) in the index": what names of genes there are, the surest
/// first; of each kind the surest column.
[[nodiscard]] std::string describe_gene_ids(const Genes& genes);

/// Says of the genes what an inspection says: how many, their columns, what they are called, and as remarks what may be
/// wrong with their names (a spreadsheet's dates, names that repeat).
void inspect_genes(Inspection& seen, const Genes& genes);

/// Adds a matrix, with what it holds by the look of its first values.
void inspect_values(Inspection& seen, MatrixView matrix, const CountChunk& first);

}  // namespace gemflow
