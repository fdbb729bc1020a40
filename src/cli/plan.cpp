// SPDX-License-Identifier: Apache-2.0
#include "gemflow/run/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "command_list.hpp"
#include "destinations.hpp"
#include "gemflow/core/error.hpp"
#include "gemflow/formats.hpp"
#include "gemflow/hosted.hpp"
#include "gemflow/models.hpp"
#include "gemflow/ops/gene_likeness.hpp"
#include "gemflow/ops/gene_match.hpp"
#include "gene_order.hpp"
#include "opening.hpp"
#include "option_values.hpp"

namespace gemflow::cli {
namespace {

struct PlanArguments {
  std::vector<std::filesystem::path> in;
  OpenOptions open;
  PlanOptions plan;
  std::string model = "default";
  std::string gene_order;
  std::string sample;
  GenesBy genes_by = GenesBy::automatic;
  OutputOptions output;
};

void bind_plan(Options& options, PlanArguments& o) {
  options.positionals({"IN...", "", "counts: h5ad, 10x HDF5, MTX folders, tables"}, [&](const std::string& text) { o.in.emplace_back(text); });
  options.group("Tasks");
  options.value({"--seconds-per-task", "N", "about as long as a task may take (default 600)"},
                [&](const std::string& text) { o.plan.seconds_per_task = whole_number(text, 1); });
  options.value({"--cells-per-task", "N", "cells of a task, instead of an estimate from its time"},
                [&](const std::string& text) { o.plan.cells_per_task = whole_number(text, 1); });
  options.choice<bool>({"--for", "predict-metadata|condition", "what the tasks are of (default: the dearer of the two)"}, o.plan.predicts,
                       {{"predict-metadata", true}, {"condition", false}});
  options.text({"--sample", "NAME", "of the one IN (default: its name without the ending)"}, o.sample);
  bind_output(options, o.output);
  options.group("Decided once for all tasks of a file");
  options.text({"--model", "REF", "a .gmodel file, an installed model, synthesize:FAMILY, or echo (default: the embedded one)"}, o.model);
  options.text({"--gene-order", "REF", "genes of a hosted model: a model, a text file of ids, a count file"}, o.gene_order);
  options.text({"--layer", "auto|X|raw|NAME", "the matrix (default auto: the first that holds raw counts)"}, o.open.matrix);
  bind_genes_by(options, o.genes_by);
}

/// One line of the table, as far as all tasks of a file share it.
struct FilePlan {
  std::string sample;
  std::string file;
  std::string layer;
  std::string_view genes_by;
  std::vector<PlannedTask> tasks;
};

/// As `--layer` takes it. A layer that is called like another place keeps its folder.
std::string layer_word(const std::string& matrix) {
  constexpr std::string_view folder = "layers/";
  if (matrix == "raw/X") return "raw";
  if (!matrix.starts_with(folder)) return matrix;
  const std::string name = matrix.substr(folder.size());
  return name == "X" || name == "raw" || name == "auto" ? matrix : name;
}

/// What the genes of a file are met by where the model's are not known: ids, if there is any column of them.
std::string_view likely_genes_by(const Genes& genes) {
  const std::vector<GeneNames> columns = text_columns(genes);
  const bool has_ids = std::any_of(columns.begin(), columns.end(), [](const GeneNames& column) { return gene_likeness(column.names).is_id(); });
  return has_ids ? "id" : "symbol";
}

std::string_view genes_by(const PlanArguments& o, const ModelCard& card, const Genes& genes, const std::filesystem::path& file) {
  if (o.genes_by != GenesBy::automatic) return o.genes_by == GenesBy::id ? "id" : "symbol";
  if (card.any_genes) return "auto";
  if (card.gene_order.names.empty()) return likely_genes_by(genes);
  GeneMapOptions options;
  options.file = file_name(file);
  options.min_overlap = 0;  // whether it is enough is for the run to say, which has the option
  options.duplicates = Duplicates::first;
  const std::string by = map_genes(genes, card, options).match().by;
  return by == "symbol" ? "symbol" : by == "name" ? "auto" : "id";
}

PlanFile file_of(const Reader& in) {
  const WholeMatrix whole = in.whole();
  return {whole.n_cells, static_cast<std::int64_t>(in.genes().size()), whole.n_nonzeros, whole.by_gene};
}

FilePlan plan_file(const PlanArguments& o, const std::filesystem::path& path, const ModelCard& card, Session& session) {
  const auto in = open_input(path, o.open, session);
  if (in->n_cells() == 0) {
    throw Error(ErrorKind::input, fmt::format("'{}' has no cells: there is nothing to plan", printable(path.string(), 4096)));
  }
  PlanOptions options = o.plan;
  options.is_hosted = is_hosted(o.model);
  options.n_model_genes = static_cast<std::int64_t>(card.any_genes ? in->genes().size() : card.gene_order.size());
  return {o.sample.empty() ? sample_of(path) : o.sample, path.string(), layer_word(in->matrix()),
          genes_by(o, card, in->genes(), path), plan_tasks(file_of(*in), options)};
}

void check_names(const PlanArguments& o) {
  if (!o.sample.empty() && o.in.size() > 1) {
    throw Error(ErrorKind::usage, fmt::format("one sample '{}' is named and {} files are given", printable(o.sample), o.in.size()),
                "plan each file with its own --sample");
  }
  std::set<std::string> names;
  for (const std::filesystem::path& path : o.in) {
    if (names.insert(sample_of(path)).second) continue;
    throw Error(ErrorKind::usage, fmt::format("two files are of sample '{}'", printable(sample_of(path))), "plan each of them with its own --sample");
  }
}

void write_plan(const std::vector<FilePlan>& plans, const PlanArguments& o, Session& session) {
  const auto table = create_rows(o.output.out, o.output.overwrite, session.job);
  table->row(std::vector<std::string>{"sample", "file", "task", "start", "end", "n_tasks", "layer", "genes_by", "memory_mb",
                                      "seconds", "bytes_to_send"});
  for (const FilePlan& plan : plans) {
    for (std::size_t i = 0; i < plan.tasks.size(); ++i) {
      const PlannedTask& task = plan.tasks[i];
      table->row(std::vector<std::string>{plan.sample, plan.file, std::to_string(i), std::to_string(task.begin),
                                          std::to_string(task.end), std::to_string(plan.tasks.size()), plan.layer,
                                          std::string(plan.genes_by), std::to_string(task.memory_mb), std::to_string(task.seconds),
                                          std::to_string(task.bytes_to_send)});
    }
  }
  table->finish();
}

/// The model's card, without anybody being asked over a network.
ModelCard card_of(const PlanArguments& o, Session& session) {
  HostedOptions hosted;
  if (!o.gene_order.empty()) hosted.gene_order = read_gene_order(o.gene_order, session.job).genes.names;
  ModelCard card = open_model({o.model, {}, hosted}, session.job)->card();
  if (!card.tasks.empty()) return card;
  throw Error(ErrorKind::usage, fmt::format("'{}' is no id of a hosted model that says its task", printable(card.id)), "--model synthesize:gem-1-sc");
}

void run_plan(const PlanArguments& o, Session& session) {
  std::vector<std::filesystem::path> inputs = o.in;
  inputs.emplace_back(o.gene_order);
  check_destinations({o.output.out}, inputs, o.output.overwrite, session);
  require_table(o.output.out);
  check_names(o);
  const ModelCard card = card_of(o, session);
  std::vector<FilePlan> plans;
  for (const std::filesystem::path& path : o.in) plans.push_back(plan_file(o, path, card, session));
  write_plan(plans, o, session);
  std::int64_t n_tasks = 0;
  session.result["files"] = Json::array();
  for (const FilePlan& plan : plans) {
    n_tasks += static_cast<std::int64_t>(plan.tasks.size());
    session.result["files"].push_back({{"sample", plan.sample}, {"file", plan.file}, {"n_tasks", plan.tasks.size()},
                                       {"layer", plan.layer}, {"genes_by", plan.genes_by}});
  }
  session.result["n_tasks"] = n_tasks;
  session.result["output"] = o.output.out.string();
  session.report.note(fmt::format("written: {} ({} of {})", o.output.out.string(), counted(n_tasks, "task"),
                                  counted(static_cast<std::int64_t>(plans.size()), "file")));
}

}  // namespace

constinit const Command plan_command{
    .name = "plan",
    .description = "a table of tasks: rows of each file that one job may do, for --rows and --part; the matrix is not read",
    .usage = "IN... -o PLAN.csv [options]",
    .examples = "  gemflow plan cells.h5ad -o plan.csv\n"
                "  gemflow plan one.h5ad two.h5ad -o plan.tsv --for predict-metadata --seconds-per-task 1200\n"
                "  gemflow plan cells.h5ad --sample patient_1 --cells-per-task 50000 -o patient_1.csv\n",
    .reads_counts = true,
    .bind = [](Options& options) { return bound<PlanArguments>(options, bind_plan, run_plan); },
};

}  // namespace gemflow::cli
