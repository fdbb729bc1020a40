// SPDX-License-Identifier: Apache-2.0
#include "gemflow/run/generate.hpp"

#include <fmt/format.h>

#include "command_list.hpp"
#include "conditions.hpp"
#include "destinations.hpp"
#include "gemflow/formats.hpp"
#include "gemflow/hosted.hpp"
#include "hosted_run.hpp"
#include "opening.hpp"

namespace gemflow::cli {
namespace {

struct GenerateArguments {
  TypedConditions conditions;
  QueryOptions query;
  ModelOptions model;
  OutputOptions output;
};

void bind_generate(Options& options, GenerateArguments& o) {
  bind_output(options, o.output);
  bind_metadata_out(options, o.output);
  bind_names(options, o.output);
  bind_conditions(options, o.conditions);
  bind_sampling(options, o.query);
  bind_model(options, o.model);
  bind_hosted(options, o.model);
}

void run_generate(const GenerateArguments& o, Session& session) {
  check_destinations({o.output.out, o.output.metadata_out}, {o.conditions.table}, o.output.overwrite, session);
  require_format(o.output);
  std::vector<Condition> conditions = read_conditions(o.conditions, false, session.job);
  const ModelRequest request = request_of(o.model, Task::generate, o.output.out, session);
  check_before_asking(request, conditions, session);
  const bool is_dry = request.hosted.dry_run;
  const auto model = open_chosen_model(o.model, request, session);
  spell_like_model(conditions, model->card());
  const RunOptions options = run_options(o.model, o.output, o.query, {}, session);
  Job job = job_of(request, session);
  const auto out = is_dry ? write_nowhere() : create(o.output.out, write_options(o.output, {}), job);
  const std::int64_t n_made = generate(conditions, *model, *out, options, job);
  if (is_dry) return tell_dry_run(*model, session);
  end_run(*model);
  session.result["n_conditions"] = conditions.size();
  session.result["n_cells"] = n_made;
  session.result["output"] = o.output.out.string();
  session.report.note(fmt::format("written: {} ({} of {})", o.output.out.string(), counted(n_made, "synthetic cell"),
                                  counted(static_cast<std::int64_t>(conditions.size()), "condition")));
  tell_journal(request, session);
}

}  // namespace

constinit const Command generate_command{
    .name = "generate",
    .description = "synthetic cells from metadata",
    .usage = "-o OUT [options]",
    .examples = "  gemflow generate --set cell_type=CL:0000236 --num-samples 100 --sampling-strategy sample -o b_cells.h5ad\n"
                "  gemflow generate --conditions conditions.tsv -o synthetic.h5ad --seed 42\n"
                "  gemflow generate --set cell_type=CL:0000236 -o expression.csv --metadata-out metadata.csv\n",
    .reads_counts = true,
    .bind = [](Options& options) { return bound<GenerateArguments>(options, bind_generate, run_generate); },
};

}  // namespace gemflow::cli
