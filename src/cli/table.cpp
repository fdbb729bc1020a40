// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "command_list.hpp"
#include "destinations.hpp"
#include "gemflow/core/error.hpp"
#include "gemflow/core/nearest.hpp"
#include "opening.hpp"
#include "option_values.hpp"
#include "table_parts.hpp"

namespace gemflow::cli {
namespace {

/// One kind of table: its word, which options have a meaning for it, and what writes it.
struct Kind {
  std::string_view word;
  std::string_view options;  ///< between blanks
  std::int64_t (*write)(const TableSource& source, RowWriter& table, Session& session);
};

constexpr std::array<Kind, 7> kinds{{
    {"labels", " --field ", write_labels},
    {"probs", " --field --top --label-names ", write_probabilities},
    {"latents", " --group --by ", write_latents},
    {"changes", " --by --top-genes --layer ", write_top_changes},
    {"expression", " --layer ", write_expression},
    {"metadata", " ", write_metadata},
    {"mismatches", " --field --label-names ", write_mismatches},
}};

struct TableArguments {
  InputOptions input;
  TableSource source;
  const Kind* kind = nullptr;
  std::filesystem::path label_names;
  OutputOptions output;
};

void bind_what(Options& options, TableArguments& o) {
  options.group("Which table");
  std::vector<std::pair<std::string, const Kind*>> words;
  for (const Kind& kind : kinds) words.emplace_back(std::string(kind.word), &kind);
  options.choice<const Kind*>({"--what", "labels|probs|latents|changes|expression|metadata|mismatches", "what the table is of"},
                              o.kind, std::move(words));
  options.value({"--field", "FIELD", "labels, probs, mismatches: of this field alone"},
                [&](const std::string& text) { o.source.field = text; });
  options.value({"--top", "N", "probs: the N most probable classes of each cell (default: all)"},
                [&](const std::string& text) { o.source.top = whole_number(text, 1); });
  options.value({"--group", "GROUP", "latents: of this group alone: technical, biological, perturbation"},
                [&](const std::string& text) { o.source.group = text; });
  options.value({"--by", "COLUMN", "latents: means by an obs column; changes: of the groups that it names"},
                [&](const std::string& text) { o.source.by = text; });
  options.value({"--top-genes", "N", "changes: the N genes of each group that change most (default 20)"},
                [&](const std::string& text) { o.source.top_genes = whole_number(text, 1); });
  options.path({"--label-names", "FILE", "probs, mismatches: readable names of labels: two columns, label and name"}, o.label_names);
}

void bind_table(Options& options, TableArguments& o) {
  options.positional({"FILE", "", "an h5ad that gemflow made"}, [&](const std::string& text) { o.input.in = text; });
  bind_what(options, o);
  options.group("Output");
  options.path({"-o,--output", "TABLE", "tsv or csv by its name (default: tsv on the standard output)"}, o.output.out);
  options.flag({"--overwrite", "", "replace an existing output"}, o.output.overwrite);
  bind_prefix(options, o.source.prefix);
  bind_matrix_and_cells(options, o.input.open);
}

/// Throws Error(usage) where an option was given that the kind of table does not know.
void require_meaning(const TableArguments& o) {
  const std::array<std::pair<bool, std::string_view>, 7> given{{{o.source.field.has_value(), "--field"},
                                                                {o.source.top.has_value(), "--top"},
                                                                {o.source.group.has_value(), "--group"},
                                                                {o.source.by.has_value(), "--by"},
                                                                {o.source.top_genes.has_value(), "--top-genes"},
                                                                {!o.label_names.empty(), "--label-names"},
                                                                {o.input.open.matrix != "auto", "--layer"}}};
  for (const auto& [is_given, option] : given) {
    const bool is_known = o.kind->options.find(fmt::format(" {} ", option)) != std::string_view::npos;
    if (!is_given || is_known) continue;
    throw Error(ErrorKind::usage, fmt::format("'{}' has no meaning for a table of {}", option, o.kind->word),
                "gemflow table --help shows which options go with which table");
  }
}

void check_arguments(const TableArguments& o, Session& session) {
  check_destinations(o.output.out.empty() ? std::vector<std::filesystem::path>() : std::vector{o.output.out},
                     {o.input.in, o.label_names}, o.output.overwrite, session);
  if (o.kind == nullptr) {
    std::vector<std::string> words;
    for (const Kind& kind : kinds) words.emplace_back(kind.word);
    throw Error(ErrorKind::usage, "it is not said what the table is of", fmt::format("--what {}", fmt::join(words, "|")));
  }
  require_meaning(o);
  if (!o.output.out.empty()) return require_table(o.output.out);
  if (session.settings.json == "-") {
    throw Error(ErrorKind::usage, "table and summary both want the standard output", "name the table with -o TABLE, or the summary with --json=FILE");
  }
}

void run_table(const TableArguments& o, Session& session) {
  check_arguments(o, session);
  if (format_of(o.input.in).name != "h5ad") {
    throw Error(ErrorKind::unsupported, fmt::format("reading '{}': tables are made of h5ad files alone", file_name(o.input.in)));
  }
  TableSource source = o.source;
  source.file = o.input.in;
  source.open = o.input.open;
  if (!o.label_names.empty()) source.names = read_label_names(o.label_names, session.job);
  const auto table = o.output.out.empty() ? write_rows([&](std::string_view text) { session.print(text); }, '\t')
                                          : create_rows(o.output.out, o.output.overwrite, session.job);
  const std::int64_t n_cells = o.kind->write(source, *table, session);
  table->finish();
  session.result["what"] = o.kind->word;
  session.result["n_cells"] = n_cells;
  session.result["output"] = o.output.out.empty() ? Json() : Json(o.output.out.string());
  if (o.output.out.empty()) return;
  session.report.note(fmt::format("written: {} ({} of {})", o.output.out.string(), o.kind->word, counted(n_cells, "cell")));
}

}  // namespace

constinit const Command table_command{
    .name = "table",
    .description = "what a result holds, as tsv or csv: labels, probabilities, latents, changes, counts",
    .usage = "FILE --what WHAT [-o TABLE] [options]",
    .examples = "  gemflow table annotated.h5ad --what probs --field cell_type --top 5\n"
                "  gemflow table annotated.h5ad --what latents --group technical --by donor_id -o means.csv\n"
                "  gemflow table checked.h5ad --what mismatches\n"
                "  gemflow table pairs.h5ad --what changes --by cell_type --top-genes 20\n",
    .reads_counts = true,
    .bind = [](Options& options) { return bound<TableArguments>(options, bind_table, run_table); },
};

}  // namespace gemflow::cli
