// SPDX-License-Identifier: Apache-2.0
#pragma once

// Private to concat: by which names the genes of several files meet.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gemflow/core/genes.hpp"
#include "gemflow/ops/gene_likeness.hpp"

namespace gemflow {

/// What names of this look are to other files: ids of one kind, or symbols, which is all that are no ids.
[[nodiscard]] GeneIdKind naming_of(const GeneLikeness& look) noexcept;

/// "Ensembl gene ids", "symbols".
[[nodiscard]] std::string_view words_for(GeneIdKind naming) noexcept;

/// What an id meets others by: itself without version; copies on chromosome Y meet each other.
[[nodiscard]] std::string meeting_name(const std::string& id);

/// A file's names of one kind, one a gene.
struct NamesOfKind {
  std::string column;              ///< empty: the index
  std::vector<std::string> names;  ///< as they stand there
  /// What genes are met by: ids without version, copies on chromosome Y apart; where a gene has no such name, its index.
  std::vector<std::string> met_by;
  bool are_distinct = false;  ///< no two genes are met by the same
};

/// The first of the index and the text columns that holds names of this kind, distinct ones before others; nothing where
/// there is none.
[[nodiscard]] std::optional<NamesOfKind> find_names(const Genes& genes, GeneIdKind naming);

}  // namespace gemflow
