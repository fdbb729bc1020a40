// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>

#include "gemflow/models.hpp"
#include "support/catch.hpp"
#include "support/expect_error.hpp"
#include "support/served.hpp"
#include "support/toy_model.hpp"
#include "synthesize_api/wire/reply.hpp"

using namespace gemflow;
using namespace gemflow::test;
using synthesize_api::read_reply;
using synthesize_api::ReplyWanted;
using synthesize_api::TextSource;
using synthesize_api::WireReply;
using Json = nlohmann::json;

namespace {

ServeOptions toy_options() {
  ServeOptions options;
  options.models = own_ids(toy_model());
  return options;
}

std::string example_of(Task task) {
  Job job;
  return example_query(toy_model(), task, job);
}

std::vector<double> dense_row(const CountChunk& counts, std::int64_t cell, std::size_t n_genes) {
  std::vector<double> row(n_genes);
  const CellCounts one = counts.cell(cell);
  for (std::size_t i = 0; i < one.genes.size(); ++i) row[static_cast<std::size_t>(one.genes[i])] = one.values[i];
  return row;
}

}  // namespace

TEST_CASE("a model is listed under an id for each task that it does") {
  const Served server(toy_options());
  const Json listed = Json::parse(server.client.get("//api/models").body);
  REQUIRE(listed.at("models").size() == 3);
  CHECK(listed["models"][0].at("model_id") == "toy");
  CHECK(listed["models"][1].at("model_id") == "toy_reference-conditioning");
  CHECK(listed["models"][2].at("model_id") == "toy_predict-metadata");
  CHECK_FALSE(listed["models"][0].contains("served_by"));
}

TEST_CASE("the example query of each id is answered, as the model itself answers it") {
  const Served server(toy_options());
  for (const ServedModel& served : toy_options().models) {
    const HttpAnswer answer = server.client.get("/api/models/" + served.id + "/example-query");
    REQUIRE(answer.status == 200);
    const Json example = Json::parse(answer.body).at("example_query");
    CHECK(example.dump() == Json::parse(example_of(served.task)).dump());
    if (served.task != Task::generate) CHECK(example.at("inputs").at(0).at("counts").size() == Toy::n_genes);
    const std::string text = server.result(served.id, example.dump());
    ReplyWanted wanted;
    wanted.task = served.task;
    wanted.n_outputs = static_cast<std::int64_t>(example.at("inputs").size());
    wanted.decoder_sample = true;
    wanted.gene_order = &toy_model().card().gene_order.names;
    TextSource source(text);
    const WireReply reply = read_reply(source, wanted);
    CHECK(reply.answer.n_cells() == wanted.n_outputs);
    CHECK(reply.model_version == toy_model().card().version);
  }
}

TEST_CASE("what a client gets of a seed is what the model answers to it, however many pieces it takes") {
  ServeOptions options = toy_options();
  const Served server(options);
  const std::string body = R"({"seed": 7, "sampling_strategy": "sample generation", "inputs": [
    {"metadata": {"cell_type_ontology_id": "CL:0000236", "perturbation_type": ""}, "num_samples": 3}]})";
  const std::string text = server.result("toy", body);
  TextSource source(text);
  ReplyWanted wanted;
  wanted.task = Task::generate;
  wanted.n_outputs = 3;
  const WireReply reply = read_reply(source, wanted);

  Query query;
  query.task = Task::generate;
  query.options.sampling = Sampling::sample;
  query.conditions.emplace_back();
  query.conditions.back().set("cell_type_ontology_id", "CL:0000236");
  for (std::int64_t i = 0; i < 3; ++i) query.samples.push_back({0, -1, 0, i, 7});
  Job job;
  const Chunk own = toy_model().answer(query, job);
  for (std::int64_t cell = 0; cell < 3; ++cell) {
    CHECK(dense_row(reply.answer.counts, cell, Toy::n_genes) == dense_row(own.counts, cell, Toy::n_genes));
  }
  const Json document = Json::parse(text);
  CHECK(document["outputs"][0]["metadata"].at("modality") == "single-cell");
  CHECK(document["outputs"][0]["metadata"].at("sex").get<std::string>().empty());
}

TEST_CASE("a query without a seed gets one of its own") {
  const Served server(toy_options());
  const std::string body = R"({"sampling_strategy": "sample generation", "inputs": [{"metadata": {}, "num_samples": 2}]})";
  CHECK(server.result("toy", body) != server.result("toy", body));
}

TEST_CASE("a model stands in for a hosted one: its task, its depth, its modality") {
  ServeOptions options;
  options.models = {stand_in(toy_model(), "gem-1-bulk")};
  const Served server(options);
  const Json listed = Json::parse(server.client.get("/api/models").body);
  CHECK(listed["models"][0].at("model_id") == "gem-1-bulk");
  CHECK(listed["models"][0].at("served_by") == "toy");
  const Json document = Json::parse(server.result("gem-1-bulk", R"({"seed": 1, "inputs": [{"metadata": {}, "num_samples": 1}]})"));
  double total = 0;
  for (const Json& count : document["outputs"][0]["counts"]) total += count.get<double>();
  CHECK(total == Approx(1e7).epsilon(0.01));
  CHECK(document["outputs"][0]["metadata"].at("modality") == "bulk");
}

TEST_CASE("there is an example query of what a model does, and of nothing else") {
  Job job;
  GatedModel gated;
  const Json example = Json::parse(example_query(gated, Task::predict_metadata, job));
  CHECK(example.at("inputs").at(0).at("counts").size() == 8);
  CHECK(error_of([&] { static_cast<void>(example_query(gated, Task::generate, job)); }).message() ==
        "model 'gated' makes no cells from metadata, and has no example query");
  CHECK(error_of([&] { static_cast<void>(example_query(gated, Task::condition, job)); }).message() ==
        "model 'gated' perturbs no cells, and has no example query");
}

TEST_CASE("only an id that says a task the model does can be stood in for") {
  const Error no_task = error_of([] { static_cast<void>(stand_in(toy_model(), "gem-1-bulk_condition-on-sample-ids")); });
  CHECK(no_task.kind() == ErrorKind::usage);
  CHECK(no_task.message() == "'gem-1-bulk_condition-on-sample-ids' is no id of a hosted model that says its task");
  GatedModel gated;
  const Error cannot = error_of([&] { static_cast<void>(stand_in(gated, "gem-1-sc")); });
  CHECK(cannot.kind() == ErrorKind::unsupported);
  CHECK(cannot.message() == "model 'gated' cannot stand in for 'gem-1-sc': it does not generate");
}

TEST_CASE("a model that learnt a field without _ontology_id is asked with the API's key, and says so in its example") {
  const TempFolder folder;
  TrainOptions named = Toy::options();
  named.fields.front() = {"biological", "tissue", "type_name", "", true, true};
  train_toy({}, folder / "named.gmodel", named);
  Job job;
  const auto model = open_model((folder / "named.gmodel").string(), job);
  ServeOptions options;
  options.models = {stand_in(*model, "gem-1-sc")};
  const Served server(options);
  const Json example = Json::parse(server.client.get("/api/models/gem-1-sc/example-query").body).at("example_query");
  const Json metadata = example.at("inputs").at(0).at("metadata");
  CHECK(metadata.contains("tissue_ontology_id"));
  CHECK_FALSE(metadata.contains("tissue"));
  CHECK(server.ended(server.submit("gem-1-sc", example.dump())).at("status") == "ready");
}

TEST_CASE("a value that the model does not know makes a query fail that names it") {
  const Served server(toy_options());
  const Json failed = server.ended(server.submit("toy", R"({"inputs": [{"metadata": {"cell_type_ontology_id": "CL:0000236"}},
    {"metadata": {"cell_type_ontology_id": "CL:9999999", "tissue_ontology_id": "UBERON:9999999"}}]})"));
  CHECK(failed.at("status") == "failed");
  CHECK(failed.at("message") == "Metadata validation failed: [\"Query 2 has bad values for cell_type_ontology_id: CL:9999999\", "
                                "\"Query 2 has bad values for tissue_ontology_id: UBERON:9999999 (model 'toy' knows no such key)\"]");
  const Json secret = server.ended(server.submit("toy", R"({"inputs": [{"metadata": {"donor_id": "Donor-1"}}]})"));
  CHECK(secret.at("message").get<std::string>().find("keeps its values of 'donor_id' secret") != std::string::npos);
}

TEST_CASE("queries are answered in turn, and one that waits is queued") {
  GatedModel model;
  ServeOptions options;
  options.models = own_ids(model);
  const Served server(options);
  const std::string two = R"({"inputs": [{"counts": [1, 2]}, {"counts": [3, 4]}]})";
  const std::string first = server.submit("gated_predict-metadata", two);
  model.wait_until_asked(1);
  CHECK(server.status(first).at("status") == "running");
  const std::string second = server.submit("gated_predict-metadata", R"({"inputs": [{"counts": [5, 6]}]})");
  CHECK(server.status(second).at("status") == "queued");
  model.let(2);  // a cell of the first, the only one of the second
  CHECK(server.ended(second).at("status") == "ready");
  CHECK(server.status(first).at("status") == "running");
  model.let(1);
  CHECK(server.ended(first).at("status") == "ready");
}

TEST_CASE("at the stop the piece that is under way ends, what is left is dropped, and nothing stays on the disk") {
  GatedModel model;
  ServeOptions options;
  options.models = own_ids(model);
  Served server(options);
  static_cast<void>(server.submit("gated_predict-metadata", R"({"inputs": [{"counts": [1, 2]}, {"counts": [3, 4]}]})"));
  model.wait_until_asked(1);
  CHECK_FALSE(std::filesystem::is_empty(server.scratch()));
  server.ask_to_stop();
  const HttpAnswer refused = server.client.post("/api/models/gated_predict-metadata/predict", R"({"inputs": [{"counts": [1]}]})");
  CHECK(refused.status == 503);
  CHECK(refused.headers.at("retry-after") == "30");
  model.let(1);
  const ServeCounts counts = server.end();
  CHECK(counts.ready == 0);
  CHECK(counts.dropped == 1);
  CHECK(counts.samples == 1);
  CHECK(std::filesystem::is_empty(server.scratch()));
}

TEST_CASE("no models, an id twice, an id that is none, an address that cannot be had") {
  Job job;
  const auto message_of = [&](const ServeOptions& options) {
    return error_of([&] { static_cast<void>(serve(options, job, [](const std::string&) {})); }).message();
  };
  ServeOptions options;
  options.token = "a-key";
  CHECK(message_of(options) == "there is no model to serve");
  options.models = {stand_in(toy_model(), "gem-1-sc"), stand_in(toy_model(), "gem-1-sc")};
  CHECK(message_of(options) == "two models are to be served as 'gem-1-sc'");
  options.models = {stand_in(toy_model(), "../gem")};
  CHECK(message_of(options) == "'../gem' is no id of a model: at most 64 letters, digits, '.', '_', '-'");
  options.models = {stand_in(toy_model(), "gem-1-sc")};
  const Served other(toy_options());
  options.port = other.client.port;
  CHECK(message_of(options) == "listening on 127.0.0.1 port " + std::to_string(options.port) + ": Address already in use");
  options.host = "no such host";
  CHECK(message_of(options).find("host 'no such host' is no address of this machine") == 0);
}
