// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "gemflow/core/job.hpp"
#include "gemflow/ops/gene_map.hpp"

namespace gemflow {

/// Is it a GTF or GFF3 file: nine fields between tabs, the last one of attributes?
[[nodiscard]] bool is_gene_annotation(const std::filesystem::path& path, const Job& job);

/// Symbols and ids of its genes. GTF: gene_id, and gene_name (Ensembl, GENCODE) or gene (NCBI), of the lines about
/// genes, or of all lines where there are none about genes (old files have exons only). GFF3: gene_id or ID, and Name
/// or gene. Errors: input (no gene with an id and a name).
[[nodiscard]] GeneTable read_gene_annotation(const std::filesystem::path& path, const Job& job);

}  // namespace gemflow
