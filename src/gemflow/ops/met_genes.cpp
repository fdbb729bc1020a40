// SPDX-License-Identifier: Apache-2.0
#include "gemflow/ops/met_genes.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "gemflow/core/error.hpp"
#include "gemflow/ops/gene_naming.hpp"

namespace gemflow {
namespace {

GeneIdKind naming_at(const JointGenes& by_index, std::size_t input) { return naming_of(by_index.look(input)); }

/// Kinds of names that are worth a look, the better ones first.
std::vector<GeneIdKind> candidates(const JointGenes& by_index, GenesBy by) {
  std::vector<GeneIdKind> kinds{GeneIdKind::ensembl_gene};
  for (std::size_t input = 0; input < by_index.n_inputs(); ++input) {
    const GeneIdKind kind = naming_at(by_index, input);
    if (kind != GeneIdKind::symbol && std::find(kinds.begin(), kinds.end(), kind) == kinds.end()) kinds.push_back(kind);
  }
  if (by == GenesBy::symbol) kinds.clear();
  if (by != GenesBy::id) kinds.push_back(GeneIdKind::symbol);
  return kinds;
}

/// The first input that lacks such names; nothing where all have them, and `genes` then has all.
std::optional<std::size_t> add_all(const std::vector<ConcatInput>& inputs, JointGenes& genes) {
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (!genes.add(inputs[i].sample, inputs[i].open()->genes())) return i;
  }
  return std::nullopt;
}

void tell(const std::vector<ConcatInput>& inputs, const JointGenes& genes, GeneIdKind kind, Report& report) {
  std::size_t input = 0;
  while (input + 1 < inputs.size() && genes.column(input).empty()) ++input;
  report.note("genes of samples meet by " + std::string(words_for(kind)) + ", which all inputs have: those of '" +
              printable(inputs[input].file) + "' stand in column '" + printable(genes.column(input)) + "'");
}

/// Ids of several releases of an annotation are those of the same genes.
JointGenes without_versions(const std::vector<ConcatInput>& inputs, JointGenes by_index, Report& report) {
  JointGenes genes(naming_at(by_index, 0));
  if (const auto twice = add_all(inputs, genes)) {
    report.warning("joining: '" + printable(inputs[*twice].file) + "' has an id in two versions: an id of another version is taken for another gene");
    return by_index;
  }
  report.note("genes of samples meet by " + std::string(words_for(naming_at(by_index, 0))) + " without their versions, which differ between inputs");
  return genes;
}

std::string index_of(const std::vector<ConcatInput>& inputs, const JointGenes& by_index, std::size_t input) {
  return "'" + printable(inputs[input].file) + "' by " + std::string(words_for(naming_at(by_index, input))) + " such as '" +
         by_index.look(input).example + "'";
}

std::string_view asked_for(GenesBy by) noexcept {
  return by == GenesBy::automatic ? "names of no kind" : by == GenesBy::id ? "no ids" : "no symbols";
}

/// The inputs that lack the best and the last kind of names.
struct Lacking {
  std::size_t best, last;
};

[[noreturn]] void refuse(const std::vector<ConcatInput>& inputs, const JointGenes& by_index, const Lacking& lacking, GenesBy by) {
  const std::size_t without = lacking.best;
  std::size_t another = lacking.last;
  if (naming_at(by_index, another) == naming_at(by_index, without)) another = 0;
  while (naming_at(by_index, another) == naming_at(by_index, without)) ++another;
  const bool are_symbols = naming_at(by_index, without) == GeneIdKind::symbol;
  const std::string& from = inputs[are_symbols ? without : another].file;
  const std::string& to = inputs[are_symbols ? another : without].file;
  throw Error(ErrorKind::input,
              "joining: genes are named in " + index_of(inputs, by_index, without) + ", in " + index_of(inputs, by_index, another) +
                  ", and " + std::string(asked_for(by)) + " tell all genes apart in all inputs",
              "name them alike first: gemflow convert " + printable(from) + " --gene-order " + printable(to) +
                  " --gene-table SYMBOLS_AND_IDS -o OUT.h5ad");
}

}  // namespace

JointGenes meet_genes(const std::vector<ConcatInput>& inputs, JointGenes by_index, GenesBy by, Report& report) {
  bool are_alike = true;
  for (std::size_t i = 1; i < inputs.size(); ++i) are_alike = are_alike && naming_at(by_index, i) == naming_at(by_index, 0);
  if (are_alike && by_index.differ_in_versions()) return without_versions(inputs, std::move(by_index), report);
  if (are_alike) return by_index;
  std::vector<std::size_t> lacking;
  for (const GeneIdKind kind : candidates(by_index, by)) {
    JointGenes genes(kind);
    const auto without = add_all(inputs, genes);
    if (!without) {
      tell(inputs, genes, kind, report);
      return genes;
    }
    lacking.push_back(*without);
  }
  refuse(inputs, by_index, {lacking.front(), lacking.back()}, by);
}

}  // namespace gemflow
