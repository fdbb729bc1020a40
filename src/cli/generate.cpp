// SPDX-License-Identifier: Apache-2.0
#include "gemflow/run/generate.hpp"

#include <fmt/format.h>

#include "command_list.hpp"
#include "conditions.hpp"
#include "destinations.hpp"
#include "gemflow/core/error.hpp"
#include "gemflow/formats.hpp"
#include "gemflow/hosted.hpp"
#include "hosted_run.hpp"
#include "opening.hpp"
#include "part_rows.hpp"

namespace gemflow::cli {
namespace {

struct GenerateArguments {
  TypedConditions conditions;
  CellChoice rows;  ///< of the table of conditions
  QueryOptions query;
  ModelOptions model;
  OutputOptions output;
};

void bind_generate(Options& options, GenerateArguments& o) {
  bind_output(options, o.output);
  bind_metadata_out(options, o.output);
  bind_names(options, o.output);
  bind_conditions(options, o.conditions);
  bind_rows(options, o.rows, "only these lines of the table, from 0, without B");
  bind_part(options, o.output);
  bind_sampling(options, o.query);
  bind_model(options, o.model);
  bind_hosted(options, o.model);
}

/// Throws Error(input) where the table has no such lines.
void choose_conditions(RunOptions& options, const GenerateArguments& o, std::int64_t n_conditions) {
  const auto [begin, end] = o.rows.rows_among(n_conditions);
  if (begin >= n_conditions || end > n_conditions) {
    throw Error(ErrorKind::input, fmt::format("there are no conditions {}:{}, there are {}", begin, end, n_conditions));
  }
  options.first_row = begin;
  options.end_row = end;
  if (o.output.is_part) options.part = PartRows{begin, end, n_conditions};
}

void run_generate(const GenerateArguments& o, Session& session) {
  check_destinations({o.output.out, o.output.metadata_out}, {o.conditions.table}, o.output.overwrite, session);
  require_format(o.output);
  check_part(o.output, o.rows);
  std::vector<Condition> conditions = read_conditions(o.conditions, false, session.job);
  const ModelRequest request = request_of(o.model, Task::generate, o.output.out, session);
  check_before_asking(request, conditions, session);
  const bool is_dry = request.hosted.dry_run;
  const auto model = open_chosen_model(o.model, request, session);
  spell_like_model(conditions, model->card());
  RunOptions options = run_options(o.model, o.output, o.query, {}, session);
  choose_conditions(options, o, static_cast<std::int64_t>(conditions.size()));
  Job job = job_of(request, session);
  const auto out = is_dry ? write_nowhere() : create(o.output.out, write_options(o.output, {}), job);
  const std::int64_t n_made = generate(conditions, *model, *out, options, job);
  if (is_dry) return tell_dry_run(*model, session);
  end_run(*model);
  const std::int64_t n_conditions = options.end_row - options.first_row;
  session.result["n_conditions"] = n_conditions;
  session.result["n_cells"] = n_made;
  session.result["output"] = o.output.out.string();
  session.report.note(fmt::format("written: {} ({} of {})", o.output.out.string(), counted(n_made, "synthetic cell"),
                                  counted(n_conditions, "condition")));
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
