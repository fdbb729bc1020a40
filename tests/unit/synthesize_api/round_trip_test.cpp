// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>
#include <vector>

#include "gemflow/models.hpp"
#include "support/catch.hpp"
#include "support/chunks.hpp"
#include "support/toy_model.hpp"
#include "synthesize_api/wire/reply.hpp"

namespace gemflow::synthesize_api {
namespace {

/// What a server would send for the model's answer, in batches of `batch` rows of it.
std::string written(Model& model, const Query& query, const Chunk& answer) {
  TextSink body;
  ReplyWriter writer(body, {query.task, &model.card().gene_order.names, "1", Modality::single_cell}, model.card());
  writer.append(query, answer);
  writer.finish();
  return body.text;
}

WireReply read_again(Model& model, const Query& query, const std::string& text, std::int64_t n_outputs) {
  TextSource body(text);
  return read_reply(body, {query.task, n_outputs, &model.card().gene_order.names, true, query.options.decoder_sample});
}

/// The answer as the wire can say it: no outliers, and ontology ids where labels have readable names.
Chunk sayable(const ModelCard& card, Chunk answer) {
  std::erase_if(answer.obs, [](const Column& column) { return column.name.rfind("outlier", 0) == 0; });
  for (const Field& field : card.fields) {
    const std::string name(field.name());
    if (field.key == name || answer.find_obs(field.key) == nullptr) continue;
    const Labels ids = std::get<Labels>(answer.find_obs(field.key)->values);
    answer.find_obs(name)->values = ids;
    for (Matrix& matrix : answer.obsm) {
      if (matrix.name == name && matrix.kind == MatrixKind::probabilities) matrix.columns = *ids.categories;
    }
  }
  return answer;
}

void check_equal(const Chunk& read, const Chunk& expected) {
  CHECK(test::equal(read.counts, expected.counts));
  CHECK(read.counts.stored_type() == expected.counts.stored_type());
  REQUIRE(read.obs.size() == expected.obs.size());
  for (std::size_t i = 0; i < read.obs.size(); ++i) {
    CAPTURE(read.obs[i].name);
    CHECK(read.obs[i].name == expected.obs[i].name);
    REQUIRE(read.obs[i].values.index() == expected.obs[i].values.index());
    if (const auto* labels = std::get_if<Labels>(&read.obs[i].values)) {
      CHECK(labels->codes == std::get<Labels>(expected.obs[i].values).codes);
      CHECK(*labels->categories == *std::get<Labels>(expected.obs[i].values).categories);
    } else {
      CHECK(std::get<std::vector<float>>(read.obs[i].values) == std::get<std::vector<float>>(expected.obs[i].values));
    }
  }
  REQUIRE(read.obsm.size() == expected.obsm.size());
  for (std::size_t i = 0; i < read.obsm.size(); ++i) {
    CAPTURE(read.obsm[i].name);
    CHECK(read.obsm[i].name == expected.obsm[i].name);
    CHECK(read.obsm[i].kind == expected.obsm[i].kind);
    CHECK(read.obsm[i].columns == expected.obsm[i].columns);
    CHECK(read.obsm[i].values == expected.obsm[i].values);
  }
  REQUIRE(read.layers.size() == expected.layers.size());
  for (std::size_t i = 0; i < read.layers.size(); ++i) {
    CHECK(test::equal(read.layers[i].counts, expected.layers[i].counts));
    CHECK(read.layers[i].counts.stored_type() == expected.layers[i].counts.stored_type());
  }
}

void check_round_trip(Model& model, const Query& query) {
  Job job;
  const Chunk answer = model.answer(query, job);
  REQUIRE(answer.n_cells() > 0);
  const WireReply reply = read_again(model, query, written(model, query, answer), answer.n_cells());
  check_equal(reply.answer, sayable(model.card(), answer));
  CHECK(reply.gene_order == model.card().gene_order.names);
  CHECK(reply.model_version == "1");
}

Query about_cells(CountChunk counts) {
  Query query;
  query.task = Task::predict_metadata;
  query.counts = std::move(counts);
  query.options.decoder_sample = true;
  return query;
}

/// Two samples of each condition, and cells drawn for them where `sampling` says so.
Query for_cells(Task task, CountChunk counts, Sampling sampling) {
  Query query;
  query.task = task;
  query.counts = std::move(counts);
  query.conditions.resize(1);
  query.conditions[0].set("perturbation_type", "control");
  query.options.sampling = sampling;
  query.options.allow_unseen = true;
  for (std::int64_t i = 0; i < 4; ++i) query.samples.push_back({0, task == Task::condition ? i / 2 : -1, i / 2, i % 2, 5});
  return query;
}

CountChunk toy_cells() { return test::Toy{40}.cells().counts; }

TEST_CASE("The toy's predicted metadata come back from the wire to the bit") {
  check_round_trip(test::toy_model(), about_cells(toy_cells()));
  Query without = about_cells(toy_cells());
  without.options.decoder_sample = false;
  check_round_trip(test::toy_model(), without);
}

TEST_CASE("The toy's cells come back from the wire to the bit") {
  for (const Sampling sampling : {Sampling::mean, Sampling::sample}) {
    check_round_trip(test::toy_model(), for_cells(Task::generate, {}, sampling));
    check_round_trip(test::toy_model(), for_cells(Task::condition, toy_cells(), sampling));
  }
}

TEST_CASE("The embedded default's answers come back from the wire to the bit") {
  Job job;
  const std::unique_ptr<Model> model = open_model(std::string(GEMFLOW_SOURCE) + "/data/models/pbmc.gmodel", job);
  const auto n_genes = static_cast<std::int32_t>(model->card().gene_order.names.size());
  CountChunk cells;
  for (std::int32_t cell = 0; cell < 5; ++cell) {
    std::vector<std::int32_t> genes;
    for (std::int32_t gene = cell; gene < n_genes; gene += 7 + cell) genes.push_back(gene);
    cells.append(genes, std::vector<double>(genes.size(), 1 + cell));
  }
  check_round_trip(*model, about_cells(cells));
  Query generate = for_cells(Task::generate, {}, Sampling::mean);
  generate.conditions[0] = {};
  check_round_trip(*model, generate);
}

TEST_CASE("Fractions come back from the wire to the bit") {
  Query query = for_cells(Task::generate, {}, Sampling::mean);
  query.options.output_counts = OutputCounts::expected;
  Job job;
  const Chunk answer = test::toy_model().answer(query, job);
  const WireReply reply = read_again(test::toy_model(), query, written(test::toy_model(), query, answer), 4);
  CHECK(reply.has_fractions);
  CHECK(test::equal(reply.answer.counts, answer.counts));
}

TEST_CASE("A server's reply echoes what was asked, and says the values of readable names") {
  Query query = for_cells(Task::generate, {}, Sampling::mean);
  Job job;
  Model& model = test::toy_model();
  const Chunk answer = model.answer(query, job);
  query.conditions[0].set_json("odd", "[1]");
  const std::string text = written(model, query, answer);
  CHECK(text.find(R"("metadata":{"perturbation_type":"control","odd":[1],"sex":"","age_years":"",)") != std::string::npos);
  CHECK(text.find(R"("platform":"","modality":"single-cell"})") != std::string::npos);
  const Query about = about_cells(toy_cells());
  const std::string predicted = written(model, about, model.answer(about, job));
  CHECK(predicted.find(R"("classifier_probs":{"cell_type_ontology_id":{"CL:)") != std::string::npos);
  CHECK(predicted.find("monocyte") == std::string::npos);
}

}  // namespace
}  // namespace gemflow::synthesize_api
