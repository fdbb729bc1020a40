// SPDX-License-Identifier: Apache-2.0
// What a gene map says when it cannot be made.
#include <algorithm>

#include <fmt/format.h>

#include "gemflow/core/error.hpp"
#include "gemflow/core/nearest.hpp"
#include "gemflow/ops/gene_map_state.hpp"
#include "gemflow/ops/numbers.hpp"

namespace gemflow {
namespace {

/// The look of the index or of the column that is most surely genes.
GeneLikeness look_of(const Genes& genes) {
  GeneLikeness best;
  std::int64_t n_dates = 0;
  std::string date_example;
  bool is_first = true;
  for (const GeneNames& column : text_columns(genes)) {
    GeneLikeness look = gene_likeness(column.names);
    if (look.n_dates > n_dates) {
      n_dates = look.n_dates;
      date_example = look.date_example;
    }
    if (is_first || look.confidence > best.confidence) best = std::move(look);
    is_first = false;
  }
  best.n_dates = n_dates;
  best.date_example = date_example;
  return best;
}

bool other_species(const GeneLikeness& a, const GeneLikeness& b) {
  if (a.species.empty() || b.species.empty()) return false;
  // "mouse or rat" is all that symbols tell.
  return a.species.find(b.species) == std::string::npos && b.species.find(a.species) == std::string::npos;
}

std::string hint_for(const GeneMatch& match, const GeneLikeness& file, const GeneLikeness& model, double share) {
  std::string all_the_same = fmt::format("--min-overlap {:.2g} goes on all the same", std::max(0.0, share - 0.005));
  // Names are no trouble where most were understood: the file holds a choice of genes.
  if (match.n_found > 0 && 2 * match.n_found >= match.n_file) {
    return fmt::format("{} of the file's {} genes were found, so a file of all measured genes is needed; {}",
                       with_commas(match.n_found), with_commas(match.n_file), all_the_same);
  }
  if (other_species(file, model)) {
    return fmt::format("a model of {} is needed, or a table of orthologs: --gene-table FILE", file.species);
  }
  if (file.kind == GeneIdKind::ensembl_transcript && model.kind != file.kind) {
    return "transcripts have to be summed to genes first, as tximport does";
  }
  if (file.kind == GeneIdKind::unknown && model.kind != file.kind) {
    return "if cells and genes are swapped, transpose the file; other names are translated by --gene-table FILE";
  }
  if (file.kind != model.kind) return "a table (csv, tsv or GTF) translates symbols and ids: --gene-table FILE";
  if (match.n_found == 0) {
    return "without a gene in common nothing can be done; other names are translated by --gene-table FILE";
  }
  return all_the_same;
}

}  // namespace

std::string name_of_input(const GeneMapOptions& options) {
  return options.file.empty() ? "the input" : '\'' + printable(options.file) + '\'';
}

std::string place_of_names(const GeneMatch& match) {
  return match.column.empty() ? "in the index" : "in column '" + printable(match.column) + '\'';
}

void refuse_overlap(const GeneMatch& match, const Genes& file, const Genes& gene_order, const GeneMapOptions& options) {
  const GeneLikeness look = look_of(file);
  const GeneLikeness model = look_of(gene_order);
  const double share = match.share_of_expression.value_or(match.share_of_genes);
  std::string message =
      fmt::format("only {} of {} genes of {} ({}) are in {}", with_commas(match.n_found), with_commas(match.n_model),
                  options.target, percent(match.share_of_genes), name_of_input(options));
  if (match.share_of_expression) {
    message += fmt::format(", with {} of its mean expression", percent(*match.share_of_expression));
  }
  message += fmt::format("; {} are needed; the file has {} such as '{}', {} has {} such as '{}'",
                         options.min_overlap > 0 ? "at least " + percent(options.min_overlap) : "some", look.description(), look.example, options.target,
                         model.description(), model.example);
  if (look.n_dates > 0) {
    message += fmt::format("; {} names look like dates ('{}'), which a spreadsheet makes of symbols", look.n_dates,
                           look.date_example);
  }
  throw Error(ErrorKind::input, std::move(message), hint_for(match, look, model, share));
}

void refuse_duplicates(const std::vector<std::string>& names, const GeneMatch& match, const GeneMapOptions& options) {
  throw Error(ErrorKind::input,
              fmt::format("{} genes of {} stand in more than one row of {}, compared by {} {}: {}",
                          with_commas(match.n_repeated), options.target, name_of_input(options), match.by,
                          place_of_names(match), quoted_names(names)),
              "--duplicates sum adds their rows up, --duplicates first takes the first row of each");
}

}  // namespace gemflow
