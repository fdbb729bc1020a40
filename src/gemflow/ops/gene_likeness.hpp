// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace gemflow {

/// What genes (or things that are taken for genes) may be called by.
enum class GeneIdKind { unknown, ensembl_gene, ensembl_transcript, ensembl_protein, symbol, entrez, refseq, probe };

/// What a list of names looks like.
struct GeneLikeness {
  GeneIdKind kind = GeneIdKind::unknown;
  double share = 0;  ///< of the names that are not empty: how many are of this kind
  /// How sure it is that these are genes, 0 to 1: comparable between the two axes of a table. Names that merely have
  /// the shape of symbols, as many sample names do, give little; known genes and families of genes among them give
  /// much.
  double confidence = 0;
  std::string species;       ///< "human", "mouse", "mouse or rat" (symbols); empty where it does not show
  std::string example;       ///< the first name of the kind, else the first name; fit for a terminal
  std::int64_t n_dates = 0;  ///< names such as "1-Mar" that a spreadsheet made of symbols
  std::string date_example;

  /// "Ensembl gene ids (human)", "symbols (mouse or rat)", "names of unknown kind".
  [[nodiscard]] std::string description() const;
  /// Ids rather than symbols?
  [[nodiscard]] bool is_id() const noexcept;
};

/// Looks at all names; about 10 ms for 60,000.
[[nodiscard]] GeneLikeness gene_likeness(std::span<const std::string> names);

/// A stable id of Ensembl or GENCODE, taken apart. Views into the name.
struct StableId {
  std::string_view id;       ///< without version: "ENSG00000141510"
  std::string_view species;  ///< letters between "ENS" and the type: "" is human, "MUS" is mouse
  char type = 'G';           ///< G gene, T transcript, P protein, E exon, R regulatory
  bool y_copy = false;       ///< ends in _PAR_Y: the copy on chromosome Y of a gene that X has too
};

/// ENS, letters, one of G T P E R, eleven digits, then possibly a version and _PAR_Y; nothing else. Thus symbols such
/// as "CD99.1" or "AC012345.1" are never stripped of anything.
[[nodiscard]] std::optional<StableId> parse_stable_id(std::string_view name) noexcept;

/// The id that a name is looked up by: without "gene:", without version, the gene's id out of "ENSG…_TSPAN6",
/// "TSPAN6|ENSG…" and "GRCh38_ENSG…"; any other name as it is.
[[nodiscard]] std::string_view id_of_name(std::string_view name) noexcept;

}  // namespace gemflow
