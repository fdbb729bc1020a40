// SPDX-License-Identifier: Apache-2.0
#include "gemflow/run/label_check.hpp"

#include "gemflow/core/in_memory.hpp"
#include "gemflow/models.hpp"
#include "gemflow/run/predict_metadata.hpp"
#include "support/catch.hpp"
#include "support/chunks.hpp"
#include "support/expect_error.hpp"
#include "support/three_cells.hpp"

using namespace gemflow;

namespace {

ModelCard card_with_cell_types() {
  ModelCard card;
  card.id = "typist";
  card.fields = {{"cell_type_ontology_id", "biological", {"CL:1", "CL:2"}, {"B cell", "T cell"}, {}, true},
                 {"study", "technical", {"s"}, {}, {}, false},
                 {"age_years", "biological", {}, {}, {}, true}};
  return card;
}

/// As AnswerTable leaves it: two B cells, a T cell, one that is unassigned and one that is empty, `n` times.
Chunk answer() {
  static const auto names = test::categories({"B cell", "T cell", "unassigned"});
  static const auto ids = test::categories({"CL:1", "CL:2", "unassigned"});
  Chunk answer;
  answer.obs = {{"gemflow_cell_type", Labels{{0, 0, 1, 2, -1}, names}},
                {"gemflow_cell_type_ontology_id", Labels{{0, 0, 1, 2, -1}, ids}},
                {"gemflow_cell_type_confidence", std::vector<float>{.9F, .8F, .75F, .5F, .5F}},
                {"gemflow_age_years", std::vector<float>{31, 40.4F, 7, 8, 9}}};
  answer.obsm = {{"gemflow_probs_cell_type",
                  MatrixKind::probabilities,
                  {"B cell", "T cell"},
                  {.9F, .1F, .8F, .2F, .25F, .75F, .5F, .5F, .5F, .5F}}};
  return answer;
}

const std::vector<std::string> names{"c0", "c1", "c2", "c3", "c4"};

std::vector<std::string> verdicts(const Text& given, const std::string& field = "cell_type",
                                  std::vector<std::pair<std::string, std::string>> aliases = {}) {
  Chunk chunk = answer();
  LabelCheck check({"type", field, std::move(aliases)}, card_with_cell_types(), "gemflow");
  check.compare(chunk, {"type", given}, names, nullptr);
  std::vector<std::string> found;
  const Column& column = chunk.obs.back();
  CHECK(column.name == "gemflow_" + std::string(card_with_cell_types().find_field(field)->name()) + "_check");
  for (std::size_t cell = 0; cell < column.n_rows(); ++cell) found.push_back(column.text_at(cell));
  return found;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("given labels are compared as names and as ids, whatever their case and their underscores") {
  CHECK(verdicts({"B cell", "b_CELL", "T cell", "T cell", "T cell"}) ==
        Texts{"match", "match", "match", "uncertain", "not_comparable"});
  CHECK(verdicts({"CL:1", "CL_1", "cl:2", "CL:2", "CL:2"}) == Texts{"match", "match", "match", "uncertain", "not_comparable"});
  CHECK(verdicts({"T cell", "CL:2", "CL:1", "B cell", ""}, "cell_type_ontology_id") ==
        Texts{"mismatch", "mismatch", "mismatch", "uncertain", "not_comparable"});
  CHECK(verdicts({"", "NK cell", "unassigned", "NK cell", "B cell"}) ==
        Texts{"not_comparable", "not_comparable", "not_comparable", "not_comparable", "not_comparable"});
  CHECK(verdicts({"bees", "B  cell", "bees", "bees", "bees"}, "cell_type", {{"B cell", "bees"}}) ==
        Texts{"match", "match", "mismatch", "uncertain", "not_comparable"});
}

TEST_CASE("given numbers are compared as whole ones") {
  CHECK(verdicts({"31", "40", "8", "eight", ""}, "age_years") ==
        Texts{"match", "match", "mismatch", "not_comparable", "not_comparable"});
}

TEST_CASE("what does not match is told, with how sure the model was, and all is counted") {
  Chunk chunk = answer();
  LabelCheck check({"type", "cell_type", {}}, card_with_cell_types(), "gemflow");
  std::vector<Mismatch> told;
  const Column given{"type", Labels{{0, 1, 1, 1, 0}, test::categories({"B cell", "CL:2"})}};
  check.compare(chunk, given, names, [&](const Mismatch& one) { told.push_back(one); });
  REQUIRE(told.size() == 1);
  CHECK(told[0].cell == "c1");
  CHECK(told[0].field == "cell_type");
  CHECK(told[0].given == "CL:2");
  CHECK(told[0].predicted == "B cell");
  CHECK(told[0].confidence == .8F);
  CHECK(told[0].given_probability == .2F);

  Chunk again = answer();
  again.obsm.clear();
  check.compare(again, given, names, [&](const Mismatch& one) { told.push_back(one); });
  REQUIRE(told.size() == 2);
  CHECK(!told[1].given_probability);
  const LabelCheckResult& result = check.result();
  CHECK(result.column == "type");
  CHECK(result.field == "cell_type");
  CHECK(result.n_match == 4);
  CHECK(result.n_mismatch == 2);
  CHECK(result.n_uncertain == 2);
  CHECK(result.n_not_comparable == 2);
}

TEST_CASE("a field that the model does not predict is answered with those that it does") {
  const Error error = error_of([] { LabelCheck({"type", "cel_type", {}}, card_with_cell_types(), "gemflow"); });
  CHECK(error.kind() == ErrorKind::usage);
  CHECK(error.message() == "model 'typist' does not predict 'cel_type'");
  CHECK(error.hint() == "did you mean 'cell_type'?");
  CHECK(error_of([] { LabelCheck({"s", "study", {}}, card_with_cell_types(), "gemflow"); }).hint() ==
        "known are 'cell_type' and 'age_years'");
}

TEST_CASE("predict_metadata checks given labels in all batches, and does not write them again") {
  const std::int64_t batch_size = GENERATE(0, 1, 2);
  Job job;
  Chunk cells = test::three_cells();
  cells.obs = {{"given", Text{"deep", "deep", "deep"}}, {"other", Text{"a", "b", "c"}}};
  const auto in = read_memory(cells, test::genes({"g0", "g1", "g2"}));
  const auto echo = open_model("echo", job);
  Written written;
  PredictOptions options;
  options.run.batch_size = batch_size;
  options.checks = {{"given", "depth", {}}};
  std::vector<std::string> told;
  options.on_mismatch = [&](const Mismatch& one) { told.push_back(one.cell + " is " + one.predicted); };
  const PredictResult result = predict_metadata(*in, *echo, *write_memory(written), options, job);
  CHECK(told == Texts{"shallow is shallow"});
  REQUIRE(result.checks.size() == 1);
  CHECK(result.checks[0].n_match == 1);
  CHECK(result.checks[0].n_mismatch == 1);
  CHECK(result.checks[0].n_not_comparable == 1);
  CHECK(written.cells.find_obs("gemflow_depth_check")->text_at(1) == "mismatch");
  CHECK(written.cells.find_obs("given") == nullptr);
  CHECK(written.cells.find_obs("other") != nullptr);

  options.checks.push_back({"other", "depth", {}});
  CHECK(error_of([&] { predict_metadata(*in, *echo, *write_memory(written), options, job); }).message() ==
        "'depth' is checked twice");
}
