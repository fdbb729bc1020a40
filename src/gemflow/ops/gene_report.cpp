// SPDX-License-Identifier: Apache-2.0
// What a gene map tells of itself.
#include <algorithm>
#include <array>
#include <numeric>
#include <variant>

#include <fmt/format.h>

#include "gemflow/core/error.hpp"
#include "gemflow/core/nearest.hpp"
#include "gemflow/ops/gene_map_state.hpp"
#include "gemflow/ops/numbers.hpp"

namespace gemflow {
namespace {

constexpr std::array<std::string_view, 4> gene_words{"found", "summed", "missing", "ambiguous"};
constexpr std::array<std::string_view, 5> row_words{"used", "unused", "ambiguous", "duplicate", "y_copy"};

std::string_view word(GeneStatus status) { return gene_words[static_cast<std::size_t>(status)]; }
std::string_view word(RowStatus status) { return row_words[static_cast<std::size_t>(status)]; }

std::string_view note_of(GeneStatus status) {
  switch (status) {
    case GeneStatus::summed:
      return "the rows are summed";
    case GeneStatus::missing:
      return "not in the file: zero in every cell, unmeasured";
    case GeneStatus::ambiguous:
      return "a name in the file stands for this gene and others: zero in every cell, unmeasured";
    case GeneStatus::found:
      break;
  }
  return "";
}

std::string_view note_of(RowStatus status) {
  switch (status) {
    case RowStatus::ambiguous:
      return "the name stands for several genes: left out";
    case RowStatus::duplicate:
      return "an earlier row is the same gene: left out";
    case RowStatus::y_copy:
      return "the copy on chromosome Y of a gene that is there: left out";
    case RowStatus::used:
    case RowStatus::unused:
      break;
  }
  return "";
}

void join(std::string& list, const std::string& name) {
  if (!list.empty()) list += ',';
  list += printable(name);
}

/// Replaces the columns of these names, or puts them behind the others.
void put_column(Genes& genes, Column column) {
  std::erase_if(genes.columns, [&](const Column& old) { return old.name == column.name; });
  genes.columns.push_back(std::move(column));
}

/// Of another file's columns only what names its genes: its flags and statistics are about its own cells.
void keep_text(Genes& genes) {
  std::erase_if(genes.columns, [](const Column& column) {
    const bool is_text = std::holds_alternative<Text>(column.values) || std::holds_alternative<Labels>(column.values);
    return !is_text || column.name.starts_with("gemflow_");
  });
}

std::vector<std::string> names_with(const std::vector<std::string>& names, const std::vector<RowStatus>& status,
                                    RowStatus wanted) {
  std::vector<std::string> found;
  for (std::size_t row = 0; row < names.size() && row < status.size(); ++row) {
    if (status[row] == wanted) found.push_back(names[row]);
  }
  return found;
}

}  // namespace

std::string GeneMap::line() const {
  const GeneMatch& m = match();
  if (state_->identity) return fmt::format("all {} genes are taken as they are", with_commas(m.n_file));
  std::string line = fmt::format("{} of {} genes of {} ({}", with_commas(m.n_found), with_commas(m.n_model),
                                 state_->options.target, percent(m.share_of_genes));
  if (m.share_of_expression) line += fmt::format(", with {} of its mean expression", percent(*m.share_of_expression));
  line += fmt::format(") found by {} {}{}", m.by, place_of_names(m), m.through_table ? " through the gene table" : "");
  line += fmt::format("; {} missing are zero, {} of the file's not used", with_commas(m.n_missing),
                      with_commas(m.n_unused));
  if (m.n_ambiguous > 0) line += fmt::format(", {} ambiguous left out", with_commas(m.n_ambiguous));
  return line;
}

std::vector<std::string> GeneMap::warnings() const {
  std::vector<std::string> sentences;
  const State& map = *state_;
  const std::string file = name_of_input(map.options);
  if (map.match.n_repeated > 0) {
    sentences.push_back(fmt::format("{} genes of {} stand in several rows of {}: {}", with_commas(map.match.n_repeated),
                                    map.options.target, file,
                                    map.sums ? "their rows are summed" : "the first row of each is taken"));
  }
  const auto ambiguous = names_with(map.compared, map.row_status, RowStatus::ambiguous);
  if (!ambiguous.empty()) {
    sentences.push_back(fmt::format("{} names in {} stand for several genes and are left out: {}",
                                    with_commas(map.match.n_ambiguous), file, quoted_names(ambiguous)));
  }
  const auto copies = names_with(map.compared, map.row_status, RowStatus::y_copy);
  if (!copies.empty()) {
    sentences.push_back(
        fmt::format("{} rows of {} are copies on chromosome Y of genes that are there too and are left out: {}",
                    with_commas(static_cast<std::int64_t>(copies.size())), file, quoted_names(copies)));
  }
  const GeneLikeness look = gene_likeness(map.compared);
  if (look.n_dates > 0) {
    sentences.push_back(fmt::format("{} names in {} look like dates ('{}'), which a spreadsheet makes of symbols",
                                    with_commas(look.n_dates), file, look.date_example));
  }
  return sentences;
}

Genes GeneMap::table() const {
  const State& map = *state_;
  Genes genes = map.file;
  std::vector<bool> in_model(genes.size(), map.identity);
  Text model_gene = map.identity ? genes.names : Text(genes.size());
  for (std::size_t row = 0; row < map.target.size(); ++row) {
    const auto gene = static_cast<std::size_t>(map.target[row]);
    if (gene >= map.model.size()) continue;
    in_model[row] = true;
    model_gene[row] = map.model.names[gene];
  }
  put_column(genes, {"gemflow_in_model", std::move(in_model)});
  put_column(genes, {"gemflow_gene", std::move(model_gene)});
  return genes;
}

Genes GeneMap::aligned_genes() const {
  const State& map = *state_;
  Genes genes = map.identity ? map.file : map.model;
  if (!map.identity) keep_text(genes);
  genes.source.resize(genes.size());
  std::iota(genes.source.begin(), genes.source.end(), 0);
  Labels status;
  status.codes.assign(genes.size(), 0);
  status.categories = std::make_shared<const std::vector<std::string>>(gene_words.begin(), gene_words.end());
  for (std::size_t gene = 0; gene < map.back.size(); ++gene) {
    const auto row = static_cast<std::size_t>(map.back[gene]);
    genes.source[gene] = row < map.file.size() ? map.back[gene] : -1;
    status.codes[gene] = static_cast<std::int32_t>(map.gene_status[gene]);
  }
  put_column(genes, {"gemflow_status", std::move(status)});
  return genes;
}

std::vector<GeneStory> GeneMap::stories() const {
  const State& map = *state_;
  std::vector<GeneStory> stories;
  if (map.identity) {
    for (const std::string& gene : map.file.names) {
      const std::string name = printable(gene);
      stories.push_back({name, std::string(word(GeneStatus::found)), name, name, ""});
    }
    return stories;
  }
  for (std::size_t gene = 0; gene < map.model.size(); ++gene) {
    const GeneStatus status = map.gene_status[gene];
    stories.push_back(
        {printable(map.model.names[gene]), std::string(word(status)), "", "", std::string(note_of(status))});
  }
  for (std::size_t row = 0; row < map.target.size(); ++row) {
    const auto gene = static_cast<std::size_t>(map.target[row]);
    if (gene < map.model.size()) {
      join(stories[gene].file_gene, map.file.names[row]);
      join(stories[gene].found_as, map.compared[row]);
    } else {
      const RowStatus status = map.row_status[row];
      stories.push_back({"", std::string(word(status)), printable(map.file.names[row]), printable(map.compared[row]),
                         std::string(note_of(status))});
    }
  }
  return stories;
}

std::string GeneMap::report() const {
  const GeneMatch& m = match();
  const std::string by = m.by + ' ' + place_of_names(m) + (m.through_table ? " through the gene table" : "");
  std::string text = "model_gene\tstatus\tfile_gene\tfound_by\tfound_as\tnote\n";
  for (const GeneStory& story : stories()) {
    const bool is_found = !story.model_gene.empty() && !story.found_as.empty();
    text += fmt::format("{}\t{}\t{}\t{}\t{}\t{}\n", story.model_gene, story.status, story.file_gene,
                        is_found ? by : std::string(), story.found_as, story.note);
  }
  return text;
}

}  // namespace gemflow
