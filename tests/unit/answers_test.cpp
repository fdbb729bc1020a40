// SPDX-License-Identifier: Apache-2.0
#include "gemflow/run/answers.hpp"

#include <cmath>

#include "support/catch.hpp"
#include "support/chunks.hpp"

using namespace gemflow;

namespace {

/// Three cells: a B cell, an unsure T cell, an outlier; the query's fourth cell has no counts.
Chunk answer() {
  static const auto names = test::categories({"B cell", "T cell"});
  static const auto ids = test::categories({"CL:1", "CL:2"});
  Chunk answer;
  answer.obs = {{"cell_type", Labels{{0, 1, 0, 1}, names}},
                {"cell_type_ontology_id", Labels{{0, 1, 0, 1}, ids}},
                {"cell_type_confidence", std::vector<float>{0.9F, 0.4F, 0.8F, 0.7F}},
                {"outlier_score", std::vector<float>{1, 2, 30, 4}},
                {"outlier", std::vector<bool>{false, false, true, false}}};
  answer.obsm = {{"cell_type", MatrixKind::probabilities, {"CL:1", "CL:2"}, {.9F, .1F, .6F, .4F, .8F, .2F, .3F, .7F}},
                 {"biological", MatrixKind::latents, {"b0"}, {1, 2, 3, 4}},
                 {"perturbation", MatrixKind::latents, {}, {}}};
  return answer;
}

const CountChunk asked = test::counts({{1, 0}, {0, 2}, {3, 3}, {0, 0}});

}  // namespace

TEST_CASE("answers get the names of the contract; what is unsure or an outlier is unassigned, what is empty is missing") {
  AnswerTable table({}, {"gemflow", 0.5, false});
  Chunk chunk = answer();
  table.complete(chunk, asked);

  const Column* label = chunk.find_obs("gemflow_cell_type");
  REQUIRE(label != nullptr);
  CHECK(label->text_at(0) == "B cell");
  CHECK(label->text_at(1) == "unassigned");
  CHECK(label->text_at(2) == "unassigned");
  CHECK(label->text_at(3).empty());
  CHECK(chunk.find_obs("gemflow_cell_type_ontology_id")->text_at(0) == "CL:1");
  CHECK(chunk.find_obs("gemflow_cell_type_confidence")->text_at(3).empty());
  CHECK(chunk.find_obs("gemflow_outlier")->text_at(2) == "True");
  CHECK(chunk.find_obs("gemflow_status")->text_at(0) == "ok");
  CHECK(chunk.find_obs("gemflow_status")->text_at(3) == "empty");

  REQUIRE(chunk.obsm.size() == 2);  // an empty group of latents is not written
  CHECK(chunk.obsm[0].name == "gemflow_probs_cell_type");
  CHECK(chunk.obsm[1].name == "X_gemflow_biological");
  CHECK(std::isnan(chunk.obsm[1].values[3]));
}

TEST_CASE("an answer table counts labels, outliers and empty cells over all batches") {
  ModelCard card;
  card.fields = {{"cell_type_ontology_id", "biological", {"CL:1", "CL:2"}, {"B cell", "T cell"}, {}, true}};
  AnswerTable table(card, {"gemflow", 0, false});
  for (int batch = 0; batch < 2; ++batch) {
    Chunk chunk = answer();
    table.complete(chunk, asked);
  }
  CHECK(table.n_cells() == 8);
  CHECK(table.n_empty() == 2);
  CHECK(table.n_outliers() == 2);
  const auto labels = table.labels();
  REQUIRE(labels.size() == 1);
  CHECK(labels[0].first == "cell_type");
  CHECK(labels[0].second == std::vector<LabelCount>{{"B cell", 2}, {"T cell", 2}, {"unassigned", 2}});
  CHECK(table.classes().at("cell_type") == std::vector<std::string>{"CL:1", "CL:2"});
  CHECK(table.class_names().at("cell_type") == std::vector<std::string>{"B cell", "T cell"});
}

TEST_CASE("all chunks share one list of categories") {
  AnswerTable table({}, {"mine", 0, true});
  Chunk first = answer();
  Chunk second = answer();
  table.complete(first, asked);
  table.complete(second, asked);
  const auto& a = std::get<Labels>(first.find_obs("mine_cell_type")->values);
  const auto& b = std::get<Labels>(second.find_obs("mine_cell_type")->values);
  CHECK(a.categories == b.categories);
  CHECK(first.find_obs("mine_biological_0")->text_at(1) == "2");
}
