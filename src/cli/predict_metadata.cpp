// SPDX-License-Identifier: Apache-2.0
#include "gemflow/run/predict_metadata.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "command_list.hpp"
#include "destinations.hpp"
#include "gemflow/core/error.hpp"
#include "gemflow/formats.hpp"
#include "gemflow/hosted.hpp"
#include "gemflow/run/part.hpp"
#include "hosted_run.hpp"
#include "label_names.hpp"
#include "opening.hpp"
#include "option_values.hpp"
#include "part_rows.hpp"
#include "row_text.hpp"

namespace gemflow::cli {
namespace {

struct PredictArguments {
  InputOptions input;
  GeneOptions genes;
  RoundInput round = RoundInput::error;
  ModelOptions model;
  OutputOptions output;
  PredictOptions predict;
  QueryOptions query;
  std::filesystem::path label_names;
  std::filesystem::path check_table;
};

/// "OBS_COLUMN=FIELD": which column holds given labels, and what is predicted beside it.
LabelCheckOptions check_of(const std::string& text) {
  auto [column, field] = key_value(text);
  return {std::move(column), std::move(field), {}};
}

void bind_answers(Options& options, PredictArguments& o) {
  options.group("Answers");
  bind_max_outliers(options, o.predict.max_outliers);
  options.value({"--min-confidence", "SHARE", "labels below are 'unassigned' (default 0)"},
                [&](const std::string& text) { o.predict.min_confidence = share(text); });
  options.path({"--label-names", "FILE", "readable names of labels: two columns, label and name"}, o.label_names);
  options.choice<bool>({"--probs", "all|none", "class probabilities in obsm (default all)"}, o.query.probabilities,
                       {{"all", true}, {"none", false}});
  options.choice<bool>({"--latents", "obsm|obs", "latents as matrices alone, or as columns of obs too (default obsm)"},
                       o.predict.latents_in_obs, {{"obsm", false}, {"obs", true}});
  options.flag({"--sample-latents", "", "draw latents instead of taking their means"}, o.query.sample_latents);
  options.flag({"--decoder-sample", "", "the model's reconstruction of each cell as a layer"}, o.query.decoder_sample);
  options.repeated({"--check", "COLUMN=FIELD", "compare the labels of an obs column with a predicted field"},
                   [&](const std::string& text) { o.predict.checks.push_back(check_of(text)); });
  options.path({"--check-table", "FILE", "list the cells whose labels differ (tsv, csv)"}, o.check_table);
}

void bind_predict(Options& options, PredictArguments& o) {
  bind_input(options, o.input);
  bind_part(options, o.output);
  bind_output(options, o.output);
  bind_names(options, o.output);
  bind_model(options, o.model);
  bind_hosted(options, o.model);
  bind_answers(options, o);
  bind_genes(options, o.genes);
  bind_values(options, o.round);
}

PredictOptions predict_options(const PredictArguments& o, Session& session) {
  PredictOptions options = o.predict;
  options.run = run_options(o.model, o.output, o.query, o.input.in, session);
  options.run.genes = gene_options(o.genes, o.input.in, session);
  options.run.round_input = o.round;
  options.run.first_row = first_row(o.input.open.cells);
  // Whoever writes out that the default is wanted knows what it knows.
  options.outliers_stop = o.model.ref != "default";
  return options;
}

/// The input's options with the columns of given labels.
OpenOptions with_given(const PredictArguments& o) {
  OpenOptions options = o.input.open;
  for (const LabelCheckOptions& check : o.predict.checks) {
    const bool is_new = std::find(options.obs.begin(), options.obs.end(), check.column) == options.obs.end();
    if (is_new) options.obs.push_back(check.column);
  }
  return options;
}

/// The table of `--check-table`, or none.
std::unique_ptr<RowWriter> begin_check_table(const PredictArguments& o, Session& session) {
  if (o.check_table.empty()) return nullptr;
  if (o.predict.checks.empty()) {
    throw Error(ErrorKind::usage, "there is nothing to list: no labels are compared", "--check COLUMN=FIELD compares them");
  }
  auto table = create_rows(o.check_table, o.output.overwrite, session.job);
  table->row(std::vector<std::string>{"cell", "field", "given", "predicted", "confidence", "given_probability"});
  return table;
}

void list_mismatch(RowWriter& table, const Mismatch& one) {
  const auto text = [](const std::optional<float>& value) { return value ? shortest(*value) : std::string(); };
  table.row(std::vector<std::string>{one.cell, one.field, one.given, one.predicted, text(one.confidence),
                                     text(one.given_probability)});
}

std::string most_frequent(const std::vector<std::pair<std::string, std::int64_t>>& labels, std::int64_t n_cells) {
  constexpr std::size_t shown = 5;
  std::string text;
  for (std::size_t i = 0; i < std::min(shown, labels.size()); ++i) {
    text += fmt::format("{}{} {} ({:.1f} %)", i == 0 ? "" : ", ", labels[i].first, with_commas(labels[i].second),
                        100.0 * static_cast<double>(labels[i].second) / static_cast<double>(n_cells));
  }
  return labels.size() > shown ? text + fmt::format(", {} more", labels.size() - shown) : text;
}

/// Where nothing can be compared the two sides most likely speak differently: readable names here, ontology ids there.
void warn_of_strange_labels(const LabelCheckResult& check, const PredictResult& result, StderrReport& report) {
  if (check.n_not_comparable == 0 || check.n_match + check.n_mismatch + check.n_uncertain > 0) return;
  std::string label;
  for (const auto& [field, labels] : result.labels) {
    if (field != check.field) continue;
    for (const auto& [known, n_cells] : labels) label = label.empty() && known != unassigned ? known : label;
  }
  if (label.empty()) return;
  report.warning(fmt::format("no label in '{}' is a class of '{}', such as '{}': a column of such labels is needed, or "
                             "--label-names FILE with the readable name of each",
                             printable(check.column), check.field, printable(label)));
}

/// A few lines for a biologist. The matrix and the genes were named before the run.
void tell(const PredictResult& result, const PredictArguments& o, Session& session) {
  StderrReport& report = session.report;
  const std::int64_t n_judged = std::max<std::int64_t>(result.n_cells - result.n_empty, 1);
  report.note(fmt::format("cells: {}{}", with_commas(result.n_cells),
                          result.n_empty == 0 ? "" : fmt::format(", {} of them without counts", with_commas(result.n_empty))));
  for (const auto& [field, labels] : result.labels) {
    report.note(fmt::format("{}: {}", field, most_frequent(labels, n_judged)));
  }
  for (const LabelCheckResult& check : result.checks) {
    report.note(fmt::format("{} against '{}': {} match, {} mismatch, {} uncertain, {} not comparable", check.field,
                            printable(check.column), with_commas(check.n_match), with_commas(check.n_mismatch),
                            with_commas(check.n_uncertain), with_commas(check.n_not_comparable)));
    warn_of_strange_labels(check, result, report);
  }
  if (result.knows_outliers) {
    report.note(fmt::format("outliers: {} ({:.1f} %) are unlike what the model has seen", with_commas(result.n_outliers),
                            100.0 * static_cast<double>(result.n_outliers) / static_cast<double>(n_judged)));
  }
  report.note(fmt::format("written: {}", o.output.out.string()));
}

Json found_by(const PredictResult& result, const PredictArguments& o) {
  Json labels = Json::object();
  for (const auto& [field, counts] : result.labels) {
    labels[field] = Json::array();
    for (const auto& [label, n_cells] : counts) labels[field].push_back({{"label", label}, {"n_cells", n_cells}});
  }
  Json checks = Json::array();
  for (const LabelCheckResult& check : result.checks) {
    checks.push_back({{"column", check.column},
                      {"field", check.field},
                      {"match", check.n_match},
                      {"mismatch", check.n_mismatch},
                      {"uncertain", check.n_uncertain},
                      {"not_comparable", check.n_not_comparable}});
  }
  return {{"n_cells", result.n_cells},
          {"n_empty", result.n_empty},
          {"n_outliers", result.knows_outliers ? Json(result.n_outliers) : Json()},
          {"genes", json_of(result.genes)},
          {"labels", std::move(labels)},
          {"checks", std::move(checks)},
          {"output", o.output.out.string()}};
}

void run_predict(const PredictArguments& o, Session& session) {
  check_destinations({o.output.out, o.genes.report, o.check_table}, {o.input.in, o.genes.table, o.label_names}, o.output.overwrite,
                     session);
  require_format(o.output);
  check_part(o.output, o.input.open.cells);
  const auto mismatches = begin_check_table(o, session);
  const auto in = open_input(o.input.in, with_given(o), session);
  const ModelRequest request = request_of(o.model, Task::predict_metadata, o.output.out, session);
  const bool is_dry = request.hosted.dry_run;
  look_before_asking(request, *in, whole_of_part(*in, o.input, o.output, session), session);
  auto model = open_chosen_model(o.model, request, session);
  Model& asked = *model;  // also where another stands before it, which gives its labels names
  if (!is_dry) tell_host(asked, in->n_cells(), session);
  for (const LabelCheckOptions& check : o.predict.checks) static_cast<void>(predicted_field(model->card(), check.field));
  PredictOptions options = predict_options(o, session);
  choose_part(options.run, *in, o.input, o.output, session);
  if (mismatches) options.on_mismatch = [&](const Mismatch& one) { list_mismatch(*mismatches, one); };
  if (!o.label_names.empty() && !is_dry) {
    LabelNames names = read_label_names(o.label_names, session.job);
    options.label_names = digest_of_names(names);
    for (LabelCheckOptions& check : options.checks) check.names = {names.begin(), names.end()};
    model = with_label_names(std::move(model), std::move(names));
  }
  write_gene_report(o.genes, options.run.genes, in->genes(), model->card());
  Job job = job_of(request, session);
  const WriteOptions write = write_options(o.output, o.input.open.cells);
  const auto out = is_dry             ? write_nowhere()
                   : o.output.is_part ? create(o.output.out, write, job)
                                      : annotate(o.input.in, o.output.out, write, job);
  const PredictResult result = predict_metadata(*in, *model, *out, options, job);
  if (is_dry) return tell_dry_run(asked, session);
  end_run(asked);
  if (mismatches) mismatches->finish();
  session.result.update(found_by(result, o));
  tell(result, o, session);
  tell_journal(request, session);
}

}  // namespace

constinit const Command predict_metadata_command{
    .name = "predict-metadata",
    .description = "labels, probabilities and latents of each cell, beside the input's own content",
    .usage = "IN -o OUT [options]",
    .examples = "  gemflow predict-metadata cells.h5ad -o annotated.h5ad\n"
                "  gemflow predict-metadata cells.h5ad -o labels.csv --min-confidence 0.5\n"
                "  gemflow predict-metadata cells.h5ad -o checked.h5ad --check cell_type=cell_type --check-table differ.tsv\n"
                "  gemflow predict-metadata cells.h5ad -o only_b_cells.h5ad --where \"cell_type=B cells\" --gene-report genes.tsv\n",
    .reads_counts = true,
    .bind = [](Options& options) { return bound<PredictArguments>(options, bind_predict, run_predict); },
};

}  // namespace gemflow::cli
