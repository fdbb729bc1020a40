// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "command_list.hpp"
#include "destinations.hpp"
#include "gemflow/core/error.hpp"
#include "gemflow/core/nearest.hpp"
#include "gemflow/models.hpp"
#include "opening.hpp"
#include "option_values.hpp"
#include "text_table.hpp"

namespace gemflow::cli {
namespace {

struct TrainArguments {
  std::vector<std::filesystem::path> in;
  OpenOptions open;
  RoundInput round = RoundInput::error;
  TrainOptions train;
  std::vector<std::pair<std::string, std::string>> name_columns;
  std::vector<std::string> without_head;
  std::vector<std::string> anonymous;
  OutputOptions output;
  bool seed_is_drawn = false;
};

/// "[GROUP:]KEY=OBS_COLUMN".
TrainField field_of(const std::string& text) {
  auto [key, column] = key_value(text);
  TrainField field;
  field.column = std::move(column);
  const std::size_t at = key.find(':');
  if (at != std::string::npos) {
    const std::vector<std::string> groups{"technical", "biological", "perturbation"};
    field.group = key.substr(0, at);
    if (std::find(groups.begin(), groups.end(), field.group) == groups.end()) refuse_word(field.group, groups);
  }
  field.key = at == std::string::npos ? key : key.substr(at + 1);
  return field;
}

void bind_fields(Options& options, TrainArguments& o) {
  options.group("What is learnt");
  options.repeated({"--field", "[GROUP:]KEY=COLUMN", "a metadata key and its obs column, each value of 20 cells at least; groups: technical, biological, perturbation"},
                   [&](const std::string& text) { o.train.fields.push_back(field_of(text)); });
  options.repeated({"--names", "KEY=COLUMN", "the obs column with readable names of a field's values"},
                   [&](const std::string& text) { o.name_columns.push_back(key_value(text)); });
  options.repeated({"--no-head", "KEY", "a field that is not predicted"},
                   [&](const std::string& text) { o.without_head.push_back(text); });
  options.repeated({"--anonymous", "KEY", "a field whose values are kept out of the file (donors)"},
                   [&](const std::string& text) { o.anonymous.push_back(text); });
  options.choice<Modality>({"--modality", "single_cell|bulk", "what a row of IN is (default single_cell)"}, o.train.modality,
                           {{"single_cell", Modality::single_cell}, {"single-cell", Modality::single_cell}, {"bulk", Modality::bulk}});
  bind_seed(options, o.train.seed, o.seed_is_drawn);
}

void bind_train(Options& options, TrainArguments& o) {
  options.positionals({"IN...", "", "annotated counts, all with the same genes"},
                      [&](const std::string& text) { o.in.emplace_back(text); });
  bind_matrix_and_cells(options, o.open);
  bind_values(options, o.round);
  bind_fields(options, o);
  options.group("The model's card");
  options.text({"--id", "NAME", "what the model is called (default: the name of OUT)"}, o.train.id);
  options.text({"--model-version", "TEXT", "its version (default 1)"}, o.train.version);
  options.text({"--licence", "SPDX", "under which its numbers may be used"}, o.train.licence);
  options.text({"--trained-on", "SENTENCE", "shown at each use"}, o.train.trained_on);
  bind_output(options, o.output);
}

TrainField& field_named(std::vector<TrainField>& fields, const std::string& key) {
  std::vector<std::string> known;
  for (TrainField& field : fields) {
    if (field.key == key) return field;
    known.push_back(field.key);
  }
  throw Error(ErrorKind::usage, fmt::format("'{}' is no field of this training", printable(key)), did_you_mean(key, known));
}

TrainOptions train_options(const TrainArguments& o) {
  TrainOptions options = o.train;
  if (options.fields.empty()) {
    throw Error(ErrorKind::usage, "no field is given to be learnt", "name one with --field cell_type=OBS_COLUMN");
  }
  for (const auto& [key, column] : o.name_columns) field_named(options.fields, key).name_column = column;
  for (const std::string& key : o.without_head) field_named(options.fields, key).predicted = false;
  for (const std::string& key : o.anonymous) field_named(options.fields, key).names_in_file = false;
  return options;
}

OpenOptions open_options(const TrainArguments& o, const TrainOptions& train) {
  OpenOptions options = o.open;
  const auto add = [&](const std::string& column) {
    const bool is_new = std::find(options.obs.begin(), options.obs.end(), column) == options.obs.end();
    if (!column.empty() && is_new) options.obs.push_back(column);
  };
  for (const TrainField& field : train.fields) {
    add(field.column);
    add(field.name_column);
  }
  return options;
}

void tell(const TrainResult& result, const TrainArguments& o, Session& session) {
  TextTable table({"figure", "value"});
  session.result["n_cells"] = result.n_cells;
  session.result["figures"] = Json::object();
  for (const auto& [name, value] : result.figures) {
    table.row({name, fmt::format("{:.4g}", value)});
    session.result["figures"][name] = value;
  }
  session.result["remarks"] = result.remarks;
  session.result["output"] = o.output.out.string();
  const auto& warned = session.report.warnings();
  for (const std::string& remark : result.remarks) {
    if (std::find(warned.begin(), warned.end(), remark) == warned.end()) session.report.note(remark);
  }
  session.print(table.text());
  session.report.note(fmt::format("written: {} (trained on {})", o.output.out.string(),
                                  counted(result.n_cells, o.train.modality == Modality::bulk ? "sample" : "cell")));
}

void run_train(const TrainArguments& o, Session& session) {
  check_destinations({o.output.out}, o.in, o.output.overwrite, session);
  if (o.output.out.extension() != ".gmodel") {
    throw Error(ErrorKind::usage, fmt::format("writing '{}': the names of models end in '.gmodel'", o.output.out.string()));
  }
  const TrainOptions options = train_options(o);
  tell_seed(options.seed, o.seed_is_drawn, session);
  std::vector<std::unique_ptr<Reader>> readers;
  std::vector<Reader*> checked;
  for (const auto& path : o.in) {
    readers.push_back(open_input(path, open_options(o, options), session));
    readers.push_back(checked_input(*readers.back(), path, o.round, session));
    checked.push_back(readers.back().get());
  }
  tell(train_model(checked, o.output.out, options, o.output.overwrite, session.job), o, session);
}

}  // namespace

constinit const Command train_command{
    .name = "train",
    .description = "the embedded model, learnt from annotated counts",
    .usage = "IN... --field KEY=OBS_COLUMN -o MODEL.gmodel [options]",
    .examples = "  gemflow train cells.h5ad --field cell_type=cell_type -o mine.gmodel\n"
                "  gemflow train cells.h5ad --field cell_type=cell_type --field technical:donor_id=donor_id --no-head donor_id \\\n"
                "    --anonymous donor_id --trained-on \"blood of 8 donors\" --licence CC0-1.0 -o blood.gmodel\n"
                "  gemflow train one.h5ad two.h5ad --field cell_type=cell_type --rows 0:1000 -o both.gmodel\n",
    .reads_counts = true,
    .bind = [](Options& options) { return bound<TrainArguments>(options, bind_train, run_train); },
};

}  // namespace gemflow::cli
