// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "command_list.hpp"
#include "destinations.hpp"
#include "gemflow/api_query.hpp"
#include "gemflow/core/error.hpp"
#include "gemflow/core/in_memory.hpp"
#include "gemflow/core/nearest.hpp"
#include "gemflow/formats.hpp"
#include "gemflow/hosted.hpp"
#include "gemflow/models.hpp"
#include "gemflow/run/condition.hpp"
#include "gemflow/run/generate.hpp"
#include "gemflow/run/predict_metadata.hpp"
#include "gemflow/serve.hpp"
#include "hosted_run.hpp"
#include "opening.hpp"
#include "text_file.hpp"

namespace gemflow::cli {
namespace {

struct QueryArguments {
  std::filesystem::path query;
  bool raw = false;
  ModelOptions model;
  OutputOptions output;
};

void bind_query(Options& options, QueryArguments& o) {
  options.positional({"QUERY.json", "", "a query as the models' documentation writes it"},
                     [&](const std::string& text) { o.query = text; });
  bind_output(options, o.output);
  bind_metadata_out(options, o.output);
  bind_names(options, o.output);
  options.flag({"--raw", "", "send it as it is, unknown keys too, and keep the reply as it comes (OUT is JSON)"}, o.raw);
  bind_model(options, o.model);
  bind_hosted(options, o.model);
}

std::string input_name(std::size_t i) { return fmt::format("input_{}", i + 1); }

/// The profiles of a query as cells in the model's genes.
std::unique_ptr<Reader> cells_of(const ApiQuery& query, const Genes& gene_order) {
  Chunk cells;
  cells.counts = query.counts;
  for (std::size_t i = 0; i < static_cast<std::size_t>(query.counts.n_cells()); ++i) cells.cell_names.push_back(input_name(i));
  return read_memory(std::move(cells), gene_order, "inputs");
}

/// One condition an input; where the inputs have counts, each is a condition of its own profile alone.
std::vector<Condition> conditions_of(const ApiQuery& query) {
  std::vector<Condition> conditions;
  for (std::size_t i = 0; i < query.conditions.size(); ++i) {
    Condition& condition = conditions.emplace_back();
    condition.metadata = query.conditions[i];
    condition.num_samples = query.num_samples[i];
    condition.name = input_name(i);
    if (query.task == Task::condition) condition.reference = input_name(i);
  }
  return conditions;
}

/// What `read` makes of the file; what it throws names the file.
template <typename Read>
auto reading(const std::filesystem::path& file, const Read& read) {
  try {
    return read();
  } catch (Error& error) {
    error.within(fmt::format("reading '{}'", file_name(file)));
    throw;
  }
}

ApiQuery read_query(const QueryArguments& o, const std::string& text, Task task, const ModelCard& card, Session& session) {
  ApiQuery query = reading(o.query, [&] { return read_api_query(text, task, static_cast<std::int64_t>(card.gene_order.size())); });
  if (!query.unknown_keys.empty()) {
    session.report.warning(fmt::format("left out of the query, since gemflow does not know them: {}; --raw sends it as it is",
                                       quoted_names(query.unknown_keys)));
  }
  return query;
}

/// The query's own options; a seed that it lacks is `--seed`.
RunOptions options_of(const QueryArguments& o, const ApiQuery& query, Session& session) {
  RunOptions run = run_options(o.model, o.output, query.options, {}, session);
  if (query.has_seed) run.query.seed = query.options.seed;
  run.inputs = {file_name(o.query)};
  return run;
}

std::int64_t ask(const ApiQuery& query, const RunOptions& run, Model& model, Writer& out, Job& job) {
  if (query.task == Task::generate) return generate(conditions_of(query), model, out, run, job);
  const auto in = cells_of(query, model.card().gene_order);
  if (query.task == Task::condition) {
    ConditionOptions options;
    options.run = run;
    options.conditions = conditions_of(query);
    options.new_cells = true;
    options.outliers.stops = false;
    return condition(*in, model, out, options, job).n_samples;
  }
  PredictOptions options;
  options.run = run;
  options.outliers_stop = false;
  return predict_metadata(*in, model, out, options, job).n_cells;
}

/// Keeps the reply as a client would download it.
void run_raw(const QueryArguments& o, const std::string& text, Session& session) {
  refuse_metadata_out(o.output, "it is the reply as it comes");
  const std::string ref = o.model.ref.value_or("default");
  if (is_hosted(ref)) {
    const ModelRequest request = request_of(o.model, Task::generate, o.output.out, session);
    query_verbatim(request, text, o.output.out, o.output.overwrite, session.job);
    tell_journal(request, session);
  } else {
    const auto model = open_model(ref, session.job);
    const Task task = reading(o.query, [&] { return task_of_query(text); });
    answer_query({model->card().id, task, model->card().modality, model.get(), false}, text, o.output.out, o.output.overwrite, session.job);
  }
  session.report.note(fmt::format("written: {}", o.output.out.string()));
}

void run_query(const QueryArguments& o, Session& session) {
  check_destinations({o.output.out, o.output.metadata_out}, {o.query}, o.output.overwrite, session);
  const std::string text = reading(o.query, [&] { return read_text_file(o.query); });
  session.result["output"] = o.output.out.string();
  if (o.raw) return run_raw(o, text, session);
  require_format(o.output);
  const Task task = reading(o.query, [&] { return task_of_query(text); });
  const ModelRequest request = request_of(o.model, task, o.output.out, session);
  const auto model = open_chosen_model(o.model, request, session);
  const ApiQuery query = read_query(o, text, task, model->card(), session);
  Job job = job_of(request, session);
  const auto out = request.hosted.dry_run ? write_nowhere() : create(o.output.out, write_options(o.output, {}), job);
  const std::int64_t n_cells = ask(query, options_of(o, query, session), *model, *out, job);
  if (request.hosted.dry_run) return tell_dry_run(*model, session);
  end_run(*model);
  session.result["task"] = name_of(task);
  session.result["n_cells"] = n_cells;
  session.report.note(fmt::format("written: {} ({})", o.output.out.string(), counted(n_cells, "cell")));
  tell_journal(request, session);
}

}  // namespace

constinit const Command query_command{
    .name = "query",
    .description = "a query exactly as the models' documentation writes it, by any model",
    .usage = "QUERY.json -o OUT [options]",
    .examples = "  gemflow query query.json -o synthetic.h5ad\n"
                "  gemflow query query.json --model synthesize:gem-1-bulk -o expression.csv --metadata-out metadata.csv\n"
                "  gemflow query query.json --raw -o reply.json\n",
    .reads_counts = true,
    .bind = [](Options& options) { return bound<QueryArguments>(options, bind_query, run_query); },
};

}  // namespace gemflow::cli
