// SPDX-License-Identifier: Apache-2.0
#include "gemflow/models.hpp"

#include <fmt/format.h>

#include "card_text.hpp"
#include "command_list.hpp"
#include "destinations.hpp"
#include "gemflow/core/error.hpp"
#include "gemflow/hosted.hpp"
#include "text_table.hpp"
#include "shared_options.hpp"

namespace gemflow::cli {
namespace {

struct ModelsOptions {
  std::string ref;  ///< empty: all models
  bool gene_order = false;
  bool example_query = false;
  std::string values_of;
  HostedOptions hosted;
};

void bind_models(Options& options, ModelsOptions& o) {
  options.positional({"REF", "", "a model: its card is shown; without it all models are listed"},
                     [&](const std::string& text) { o.ref = text; }, false);
  options.group("Of the model");
  options.flag({"--gene-order", "", "its genes, one a line, in its order"}, o.gene_order);
  options.flag({"--example-query", "", "a query that it answers, for generate --conditions"}, o.example_query);
  options.text({"--values", "KEY", "the values of a metadata key: value, name, training cells"}, o.values_of);
  options.group("Hosted models");
  bind_token_file(options, o.hosted.token_file);
  options.path({"--vocab", "DIR", "JSON files of valid values, one a metadata key"}, o.hosted.vocabulary);
  bind_ca_bundle(options, o.hosted.ca_bundle);
}

void list_models(Session& session) {
  TextTable table({"model", "kind", "what it is"});
  session.result["models"] = Json::array();
  for (const Plugin* plugin : plugins()) {
    if (plugin->list == nullptr) continue;
    for (const ModelListing& model : plugin->list()) {
      table.row({model.ref, std::string(plugin->name), model.description});
      session.result["models"].push_back(
          {{"ref", model.ref}, {"kind", plugin->name}, {"description", model.description}});
    }
  }
  session.print(table.text());
}

void print_gene_order(const ModelCard& card, Session& session) {
  require_gene_order(card);
  session.result["gene_order"] = card.gene_order.names;
  session.print(fmt::format("{}\n", fmt::join(card.gene_order.names, "\n")));
}

/// Of the first task that the model does, of those in which there is something to say.
void print_example_query(Model& model, Session& session) {
  const ModelCard& card = model.card();
  Task task = Task::generate;
  for (const Task other : {Task::predict_metadata, Task::condition, Task::generate}) task = card.does(other) ? other : task;
  Json query = Json::parse(example_query(model, task, session.job));
  session.print(query.dump(2) + '\n');
  session.result["example_query"] = std::move(query);
}

/// What an API says of a model, for people: "task generate, modality bulk"; as it came where it is no plain JSON object.
std::string for_people(const std::string& description) {
  const Json said = Json::parse(description, nullptr, false);
  if (!said.is_object()) return description;
  std::string text;
  for (const auto& [key, value] : said.items()) {
    const std::string shown = value.is_null() ? "" : value.is_string() ? value.get<std::string>() : value.dump();
    if (shown.empty() || key == "model_id") continue;
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", key, shown);
  }
  return printable(text, 400);
}

/// Those that the account may ask.
void list_hosted(const ModelsOptions& o, Session& session) {
  TextTable table({"model", "what the API says of it"});
  session.result["models"] = Json::array();
  for (const ModelListing& model : hosted_models(o.hosted, session.job)) {
    table.row({model.ref, for_people(model.description)});
    session.result["models"].push_back({{"ref", model.ref}, {"kind", "synthesize_api"}, {"description", model.description}});
  }
  session.print(table.text());
}

/// The query itself, without the object that the API puts around it: `gemflow query` takes it.
void print_hosted_example(const ModelsOptions& o, Session& session) {
  Json query = Json::parse(hosted_example_query({o.ref, {}, o.hosted}, session.job));
  if (query.contains("example_query")) query = Json(query["example_query"]);
  session.print(query.dump(2) + '\n');
  session.result["example_query"] = std::move(query);
}

void require_values(const ModelCard& card, const Field& field) {
  if (!field.values.empty() || card.host.empty()) return;
  throw Error(ErrorKind::unsupported, fmt::format("the values of '{}' that '{}' takes are not at hand: the API does not give them out", field.key, card.id),
              "download them from https://app.synthesize.bio/docs/vocab and name their folder with --vocab");
}

void print_values(const Field& field, Session& session) {
  std::string text;
  session.result["key"] = field.key;
  session.result["values"] = Json::array();
  for (std::size_t i = 0; i < field.values.size(); ++i) {
    Json row{{"value", field.values[i]}};
    text += field.values[i];
    if (!field.names.empty()) {
      row["name"] = field.names[i];
      text += '\t' + field.names[i];
    }
    if (!field.n_cells.empty()) {
      row["n_cells"] = field.n_cells[i];
      text += fmt::format("\t{}", field.n_cells[i]);
    }
    session.result["values"].push_back(std::move(row));
    text += '\n';
  }
  session.print(text);
}

void run_models(const ModelsOptions& o, Session& session) {
  check_destinations({}, {}, false, session);
  if (o.ref.empty() && (o.gene_order || o.example_query || !o.values_of.empty())) {
    throw Error(ErrorKind::usage, "REF is missing: genes, values and queries are those of one model", "gemflow models default --gene-order");
  }
  if (o.ref.empty()) return list_models(session);
  if (o.ref == "synthesize:") return list_hosted(o, session);
  if (is_hosted(o.ref) && o.example_query) return print_hosted_example(o, session);
  const auto model = open_model({o.ref, {}, o.hosted}, session.job);
  const ModelCard& card = model->card();
  if (!o.values_of.empty()) {
    const Field& field = field_of(card, o.values_of);
    require_values(card, field);
    return print_values(field, session);
  }
  if (o.example_query) return print_example_query(*model, session);
  if (o.gene_order) return print_gene_order(card, session);
  session.result["card"] = json_of(card);
  session.print(text_of(card));
}

}  // namespace

constinit const Command models_command{
    .name = "models",
    .description = "the models at hand; the card of one, its genes, the values of a metadata key",
    .usage = "[REF] [options]",
    .examples = "  gemflow models\n"
                "  gemflow models default\n"
                "  gemflow models default --values cell_type\n"
                "  gemflow models default --example-query\n"
                "  gemflow models synthesize:gem-1-sc\n",
    .reads_counts = false,
    .bind = [](Options& options) { return bound<ModelsOptions>(options, bind_models, run_models); },
};

}  // namespace gemflow::cli
