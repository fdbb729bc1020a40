// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>

#include "gemflow/core/format.hpp"

namespace gemflow {

/// Counts as a table of cells x genes: the header names the genes. Where options.metadata_out is set, obs is written
/// there as a table of cells x columns. The delimiter follows the names: a tab for ".tsv", else a comma. The job must
/// outlive the writer. Errors: usage (exists), io.
[[nodiscard]] std::unique_ptr<Writer> create_table(const std::filesystem::path& out, const WriteOptions& options,
                                                   Job& job);

/// What stands beside the cells, as a table for pandas and for Seurat's AddMetaData: one row a cell, `cell` and then
/// the obs columns; nothing else of a chunk is written. Flags are TRUE and FALSE, which both read as such; what is
/// missing is empty.
[[nodiscard]] std::unique_ptr<Writer> annotate_table(const std::filesystem::path& in, const std::filesystem::path& out,
                                                     const WriteOptions& options, Job& job);

/// What stands between fields in a table of such a name, with or without ".gz".
[[nodiscard]] char delimiter_of(const std::filesystem::path& out);

}  // namespace gemflow
