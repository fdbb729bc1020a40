// SPDX-License-Identifier: Apache-2.0
#include "gemflow/run/condition.hpp"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "command_list.hpp"
#include "change_rows.hpp"
#include "conditions.hpp"
#include "destinations.hpp"
#include "gemflow/core/error.hpp"
#include "gemflow/formats.hpp"
#include "gemflow/hosted.hpp"
#include "gemflow/ops/gene_map.hpp"
#include "hosted_run.hpp"
#include "opening.hpp"
#include "option_values.hpp"
#include "part_rows.hpp"

namespace gemflow::cli {
namespace {

struct ConditionArguments {
  InputOptions input;
  TypedConditions conditions;
  QueryOptions query;
  ConditionOptions condition;
  GeneOptions genes;
  RoundInput round = RoundInput::error;
  ModelOptions model;
  OutputOptions output;
  std::optional<std::int64_t> top_genes;
  std::filesystem::path top_genes_table;
};

void bind_changes(Options& options, ConditionArguments& o) {
  options.group("Changes");
  options.flag({"--with-control", "", "the same cells unperturbed too, from the same random numbers"}, o.condition.with_control);
  options.flag({"--log2fc", "", "log2(CPM + 1) as a layer, minus that of the control (without one: of the reference)"},
               o.condition.log2fc);
  options.value({"--top-genes", "N", "of each group the genes whose means change most (default 20)"},
                [&](const std::string& text) { o.top_genes = whole_number(text, 1); });
  options.text({"--by", "COLUMN", "the obs column of IN that names the groups (default: all cells are one)"}, o.condition.by);
  options.path({"--top-genes-table", "FILE", "where these genes go (tsv, csv; default: the standard output)"}, o.top_genes_table);
}

void bind_condition(Options& options, ConditionArguments& o) {
  bind_input(options, o.input);
  bind_part(options, o.output);
  bind_output(options, o.output);
  bind_metadata_out(options, o.output);
  bind_names(options, o.output);
  options.flag({"--new-cells", "", "a new file of synthetic cells, also where there is one for each cell of IN"},
               o.condition.new_cells);
  bind_conditions(options, o.conditions);
  bind_changes(options, o);
  bind_sampling(options, o.query);
  bind_conditioning(options, o.query);
  bind_model(options, o.model);
  bind_hosted(options, o.model);
  bind_max_outliers(options, o.condition.outliers.share);
  bind_genes(options, o.genes);
  bind_values(options, o.round);
}

/// A table holds one matrix, hence no layers beside the input's cells.
bool holds_layers(const OutputOptions& output) { return format_for(output.out).name == "h5ad"; }

ConditionOptions condition_options(const ConditionArguments& o, Session& session) {
  ConditionOptions options = o.condition;
  options.new_cells = options.new_cells || !holds_layers(o.output);
  options.run = run_options(o.model, o.output, o.query, o.input.in, session);
  options.run.genes = gene_options(o.genes, o.input.in, session);
  options.run.round_input = o.round;
  options.run.first_row = first_row(o.input.open.cells);
  // Whoever writes out that the default is wanted knows what it knows.
  options.outliers.stops = o.model.ref != "default";
  return options;
}

/// The number of genes that are asked for; 0: none.
std::int64_t wanted_genes(const ConditionArguments& o) {
  constexpr std::int64_t usual = 20;
  const bool is_wanted = o.top_genes || !o.top_genes_table.empty() || !o.condition.by.empty();
  if (is_wanted && o.output.is_part) {
    throw Error(ErrorKind::usage, "a part has not all cells of a group: no genes that change most can be named",
                "gemflow table MERGED --what changes finds them in the whole");
  }
  return is_wanted ? o.top_genes.value_or(usual) : 0;
}

/// The genes that changes are of, with symbols: the model's own, or else (hosted models tell none) those of the file.
Genes changed_genes(const Genes& file, const ModelCard& card, GeneMapOptions options) {
  if (card.any_genes) return file;
  Genes genes = card.gene_order;
  if (has_symbols(genes)) return genes;
  options.min_overlap = 0;
  const std::vector<std::string> of_file = symbols_of(file);
  const std::vector<std::int64_t> source = map_genes(file, card, options).aligned_genes().source;
  std::vector<std::string> symbols(genes.size());
  for (std::size_t gene = 0; gene < source.size(); ++gene) {
    if (source[gene] >= 0) symbols[gene] = of_file[static_cast<std::size_t>(source[gene])];
  }
  genes.columns.push_back({"symbol", std::move(symbols)});
  return genes;
}

void tell_changes(const ConditionArguments& o, const ConditionResult& result, const Genes& genes, Session& session) {
  const auto table = o.top_genes_table.empty() ? write_rows([&](std::string_view text) { session.print(text); }, '\t')
                                               : create_rows(o.top_genes_table, o.output.overwrite, session.job);
  write_changes(*table, result.top_genes, genes);
  table->finish();
}

void run_condition(const ConditionArguments& o, Session& session) {
  check_destinations({o.output.out, o.output.metadata_out, o.genes.report, o.top_genes_table},
                     {o.input.in, o.conditions.table, o.genes.table}, o.output.overwrite, session);
  require_format(o.output);
  check_part(o.output, o.input.open.cells);
  if (o.condition.log2fc && !holds_layers(o.output)) {
    throw Error(ErrorKind::usage, fmt::format("writing '{}': a table has no room for the layer of --log2fc", o.output.out.string()),
                "let OUT end in .h5ad");
  }
  if (!o.top_genes_table.empty()) require_table(o.top_genes_table);
  const std::int64_t n_genes = wanted_genes(o);
  std::vector<Condition> conditions = read_conditions(o.conditions, true, session.job);
  OpenOptions open = o.input.open;
  if (!o.condition.by.empty()) open.obs = {o.condition.by};
  const auto in = open_input(o.input.in, open, session);
  const ModelRequest request = request_of(o.model, Task::condition, o.output.out, session);
  check_before_asking(request, conditions, session);
  const bool is_dry = request.hosted.dry_run;
  look_before_asking(request, *in, whole_of_part(*in, o.input, o.output, session), session);
  const auto model = open_chosen_model(o.model, request, session);
  if (!is_dry) tell_host(*model, in->n_cells(), session);
  spell_like_model(conditions, model->card());
  ConditionOptions options = condition_options(o, session);
  options.conditions = std::move(conditions);
  options.top_genes = n_genes;
  choose_part(options.run, *in, o.input, o.output, session);
  write_gene_report(o.genes, options.run.genes, in->genes(), model->card());
  const WriteOptions write = write_options(o.output, o.input.open.cells);
  Job job = job_of(request, session);
  const bool annotates = stands_beside(options) && !o.output.is_part;
  const auto out = is_dry      ? write_nowhere()
                   : annotates ? annotate(o.input.in, o.output.out, write, job)
                               : create(o.output.out, write, job);
  const ConditionResult result = condition(*in, *model, *out, options, job);
  if (is_dry) return tell_dry_run(*model, session);
  end_run(*model);
  session.result["n_cells"] = result.n_cells;
  session.result["n_samples"] = result.n_samples;
  session.result["n_controls"] = result.n_controls;
  session.result["n_outliers"] = result.n_outliers ? Json(*result.n_outliers) : Json();
  session.result["genes"] = json_of(result.genes);
  session.result["output"] = o.output.out.string();
  session.result["n_top_genes"] = result.top_genes.size();
  if (n_genes > 0) tell_changes(o, result, changed_genes(in->genes(), model->card(), options.run.genes), session);
  session.report.note(fmt::format("written: {} ({}{} from {})", o.output.out.string(), counted(result.n_samples, "synthetic cell"),
                                  result.n_controls == 0 ? "" : fmt::format(" and {}", counted(result.n_controls, "control")),
                                  counted(result.n_cells, "cell")));
  tell_journal(request, session);
}

}  // namespace

constinit const Command condition_command{
    .name = "condition",
    .description = "the cells of IN as they would look under another condition",
    .usage = "IN -o OUT [options]",
    .examples = "  gemflow condition cells.h5ad --set perturbation_ontology_id=IFNB1 -o stimulated.h5ad --log2fc\n"
                "  gemflow condition cells.h5ad --set perturbation_ontology_id=IFNB1 -o pairs.h5ad --with-control --log2fc \\\n"
                "    --by cell_type --top-genes 20 --top-genes-table top.tsv\n"
                "  gemflow condition cells.h5ad --rows 0:10 --conditions drugs.tsv -o drugs.h5ad\n"
                "  gemflow condition cells.h5ad --set perturbation_ontology_id=IFNB1 --num-samples 3 -o new.h5ad\n",
    .reads_counts = true,
    .bind = [](Options& options) { return bound<ConditionArguments>(options, bind_condition, run_condition); },
};

}  // namespace gemflow::cli
