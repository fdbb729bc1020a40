// SPDX-License-Identifier: Apache-2.0
#include "gemflow/run/predict_metadata.hpp"

#include <fmt/format.h>

#include "command_list.hpp"
#include "destinations.hpp"
#include "gemflow/core/error.hpp"
#include "gemflow/formats.hpp"
#include "label_names.hpp"
#include "opening.hpp"
#include "option_values.hpp"

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
};

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
}

void bind_predict(Options& options, PredictArguments& o) {
  bind_input(options, o.input);
  bind_output(options, o.output);
  bind_names(options, o.output);
  bind_model(options, o.model);
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

std::string most_frequent(const std::vector<std::pair<std::string, std::int64_t>>& labels, std::int64_t n_cells) {
  constexpr std::size_t shown = 5;
  std::string text;
  for (std::size_t i = 0; i < std::min(shown, labels.size()); ++i) {
    text += fmt::format("{}{} {} ({:.1f} %)", i == 0 ? "" : ", ", labels[i].first, with_commas(labels[i].second),
                        100.0 * static_cast<double>(labels[i].second) / static_cast<double>(n_cells));
  }
  return labels.size() > shown ? text + fmt::format(", {} more", labels.size() - shown) : text;
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
  return {{"n_cells", result.n_cells},
          {"n_empty", result.n_empty},
          {"n_outliers", result.knows_outliers ? Json(result.n_outliers) : Json()},
          {"genes", json_of(result.genes)},
          {"labels", std::move(labels)},
          {"output", o.output.out.string()}};
}

void run_predict(const PredictArguments& o, Session& session) {
  check_destinations({o.output.out, o.genes.report}, {o.input.in, o.genes.table, o.label_names}, o.output.overwrite,
                     session);
  require_format(o.output);
  const auto in = open_input(o.input.in, o.input.open, session);
  auto model = open_chosen_model(o.model, session);
  if (!o.label_names.empty()) model = with_label_names(std::move(model), read_label_names(o.label_names, session.job));
  const PredictOptions options = predict_options(o, session);
  write_gene_report(o.genes, options.run.genes, in->genes(), model->card());
  const auto out = annotate(o.input.in, o.output.out, write_options(o.output, o.input.open.cells), session.job);
  const PredictResult result = predict_metadata(*in, *model, *out, options, session.job);
  session.result.update(found_by(result, o));
  tell(result, o, session);
}

}  // namespace

constinit const Command predict_metadata_command{
    .name = "predict-metadata",
    .description = "labels, probabilities and latents of each cell, beside the input's own content",
    .usage = "IN -o OUT [options]",
    .examples = "  gemflow predict-metadata cells.h5ad -o annotated.h5ad\n"
                "  gemflow predict-metadata cells.h5ad -o labels.csv --min-confidence 0.5\n"
                "  gemflow predict-metadata cells.h5ad -o only_b_cells.h5ad --where \"cell_type=B cells\" --gene-report genes.tsv\n",
    .reads_counts = true,
    .bind = [](Options& options) { return bound<PredictArguments>(options, bind_predict, run_predict); },
};

}  // namespace gemflow::cli
