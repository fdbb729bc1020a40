// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "command_list.hpp"
#include "destinations.hpp"
#include "gemflow/core/error.hpp"
#include "gemflow/formats.hpp"
#include "gemflow/models.hpp"
#include "opening.hpp"
#include "option_values.hpp"
#include "text_table.hpp"

namespace gemflow::cli {
namespace {

using KeyColumns = std::vector<std::pair<std::string, std::string>>;

struct EvaluateArguments {
  std::string model;
  InputOptions input;
  RoundInput round = RoundInput::error;
  KeyColumns fields;
  std::uint64_t seed = 0;
  bool seed_is_drawn = false;
};

void bind_evaluate(Options& options, EvaluateArguments& o) {
  options.positional({"MODEL", "", "a .gmodel or the name of an installed model"},
                     [&](const std::string& text) { o.model = text; });
  bind_input(options, o.input);
  bind_values(options, o.round);
  options.group("Evaluation");
  options.repeated({"--field", "KEY=COLUMN", "the obs column with the truth of a metadata key (default: of the same name)"},
                   [&](const std::string& text) { o.fields.push_back(key_value(text)); });
  bind_seed(options, o.seed, o.seed_is_drawn);
}

/// The columns that were named; else those of obs that are called like a key of the model, or its name.
KeyColumns columns_of(const EvaluateArguments& o, const ModelCard& card, Session& session) {
  if (!o.fields.empty()) return o.fields;
  KeyColumns columns;
  const Inspection found = inspect(o.input.in, session.job);
  for (const Field& field : card.fields) {
    for (const std::string& name : {field.key, std::string(field.name())}) {
      const bool is_there = std::any_of(found.obs.begin(), found.obs.end(), [&](const SlotView& slot) { return slot.name == name; });
      if (!is_there) continue;
      columns.emplace_back(field.key, name);
      break;
    }
  }
  if (columns.empty()) {
    throw Error(ErrorKind::usage, fmt::format("'{}' has no obs column that is called like a metadata key of model '{}'",
                                              file_name(o.input.in), card.id),
                "name one: --field cell_type=OBS_COLUMN");
  }
  return columns;
}

std::string figure(double value) { return std::isnan(value) ? "-" : fmt::format("{:.3f}", value); }

void tell(const Evaluation& evaluation, Session& session) {
  TextTable table({"figure", "model", "baseline", "real to real", "better"});
  session.result["n_cells"] = evaluation.n_cells;
  session.result["figures"] = Json::array();
  for (const EvaluationRow& row : evaluation.rows) {
    table.row({row.what, figure(row.model), figure(row.baseline), figure(row.real), row.better});
    session.result["figures"].push_back({{"what", row.what},
                                         {"model", row.model},
                                         {"baseline", row.baseline},
                                         {"real", row.real},
                                         {"better", row.better}});
  }
  session.result["remarks"] = evaluation.remarks;
  for (const std::string& remark : evaluation.remarks) session.report.note(remark);
  session.print(table.text());
}

void run_evaluate(const EvaluateArguments& o, Session& session) {
  check_destinations({}, {o.input.in, o.model}, false, session);
  require_here(o.model, "evaluate");
  ModelOptions chosen;
  chosen.ref = o.model;
  chosen.seed = o.seed;
  chosen.seed_is_drawn = o.seed_is_drawn;
  const auto model = open_chosen_model(chosen, {*chosen.ref, {}, {}}, session);
  const KeyColumns columns = columns_of(o, model->card(), session);
  OpenOptions open = o.input.open;
  for (const auto& [key, column] : columns) open.obs.push_back(column);
  const auto in = open_input(o.input.in, open, session);
  const auto checked = checked_input(*in, o.input.in, o.round, session);
  tell(evaluate_model(*model, *checked, columns, o.seed, session.job), session);
}

}  // namespace

constinit const Command evaluate_command{
    .name = "evaluate",
    .description = "how good a model is on annotated cells, beside simple baselines and real against real",
    .usage = "MODEL IN [options]",
    .examples = "  gemflow evaluate mine.gmodel cells.h5ad\n"
                "  gemflow evaluate mine.gmodel cells.h5ad --rows 0:500 --seed 1\n"
                "  gemflow evaluate mine.gmodel cells.h5ad --field cell_type=cell_type --json\n",
    .reads_counts = true,
    .bind = [](Options& options) { return bound<EvaluateArguments>(options, bind_evaluate, run_evaluate); },
};

}  // namespace gemflow::cli
