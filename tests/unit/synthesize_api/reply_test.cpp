// SPDX-License-Identifier: Apache-2.0
#include "synthesize_api/wire/reply.hpp"

#include <cmath>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/chunks.hpp"
#include "support/expect_error.hpp"
#include "support/slow_source.hpp"

namespace gemflow::synthesize_api {
namespace {

using test::dense;
using Rows = std::vector<std::vector<double>>;

const std::vector<std::string> three_genes{"ENSG00000000003", "ENSG00000000005", "ENSG00000000419"};

ReplyWanted wanted(std::int64_t n_outputs, Task task = Task::generate) {
  ReplyWanted all;
  all.task = task;
  all.n_outputs = n_outputs;
  all.decoder_sample = true;
  return all;
}

WireReply read(std::string_view text, const ReplyWanted& what) {
  TextSource body(text);
  return read_reply(body, what);
}

std::string refusal(std::string_view text, const ReplyWanted& what, ErrorKind kind = ErrorKind::model) {
  const Error error = error_of([&] { (void)read(text, what); });
  CAPTURE(text, error.message());
  CHECK(error.kind() == kind);
  return error.message();
}

const std::string genes_text = R"("gene_order":["ENSG00000000003","ENSG00000000005","ENSG00000000419"])";

std::string with_outputs(const std::string& outputs) { return "{" + genes_text + ",\"outputs\":[" + outputs + "]}"; }

TEST_CASE("Generated cells are read with their latents") {
  const WireReply reply = read(with_outputs(R"({"counts":[904,0,539],"metadata":{"sex":"female","study":""},
      "latents":{"biological":[0.11,-0.4],"technical":[26.1],"perturbation":[]}},
      {"latents":{"perturbation":[],"biological":[1,2e0],"technical":[null]},"counts":[0,0,7],"classifier_probs":{"a":{"b":1}}})"),
                               wanted(2));
  CHECK(reply.gene_order == three_genes);
  CHECK(dense(reply.answer.counts, 3) == Rows{{904, 0, 539}, {0, 0, 7}});
  CHECK(reply.answer.counts.stored_type() == ValueType::int32);
  CHECK_FALSE(reply.has_fractions);
  CHECK(reply.answer.obs.empty());
  REQUIRE(reply.answer.obsm.size() == 3);
  CHECK(reply.answer.obsm[0].name == "biological");
  CHECK(reply.answer.obsm[0].kind == MatrixKind::latents);
  CHECK(reply.answer.obsm[0].values == std::vector<float>{0.11F, -0.4F, 1, 2});
  CHECK(reply.answer.obsm[0].columns == std::vector<std::string>{"biological_0", "biological_1"});
  CHECK(std::isnan(reply.answer.obsm[1].values[1]));
  CHECK(reply.answer.obsm[2].columns.empty());
}

TEST_CASE("A reply is the same however few bytes come at once") {
  const std::string text = with_outputs(R"({"counts":[904,0,539],"latents":{"biological":[0.11,-0.4]}},{"counts":{"counts":[1,2,3.5]},
      "latents":{"biological":[0.5,1e-3]}})");
  for (const std::size_t piece : {1U, 2U, 5U, 100U}) {
    test::SlowSource body(text, piece);
    const WireReply reply = read_reply(body, wanted(2));
    CHECK(dense(reply.answer.counts, 3) == Rows{{904, 0, 539}, {1, 2, 3.5}});
    CHECK(reply.answer.obsm.at(0).values == std::vector<float>{0.11F, -0.4F, 0.5F, 1e-3F});
    CHECK(reply.has_fractions);
    CHECK(reply.answer.counts.stored_type() == ValueType::float64);
  }
}

TEST_CASE("Counts are read as a list, as a wrapped list, and as a map from gene to count") {
  CHECK(dense(read("[" + with_outputs(R"({"counts":[1,2,3]})") + "]", wanted(1)).answer.counts, 3) == Rows{{1, 2, 3}});
  CHECK(dense(read(with_outputs(R"({"counts":{"counts":[1,2,3]}})"), wanted(1)).answer.counts, 3) == Rows{{1, 2, 3}});
  const std::string maps = R"({"counts":{"ENSG00000000419":3,"ENSG00000000003":1.0}},{"counts":{}},
      {"counts":{"ENSG00000000003":0, "\u0045NSG00000000005" : 4, "ENSG00000000419":2}})";
  const Rows expected{{1, 0, 3}, {0, 0, 0}, {0, 4, 2}};
  CHECK(dense(read(with_outputs(maps), wanted(3)).answer.counts, 3) == expected);
  CHECK(dense(read("{\"outputs\":[" + maps + "]," + genes_text + "}", wanted(3)).answer.counts, 3) == expected);
  ReplyWanted known = wanted(3);
  const std::vector<std::string> turned{"ENSG00000000419", "ENSG00000000005", "ENSG00000000003"};
  known.gene_order = &turned;
  CHECK(dense(read("{\"outputs\":[" + maps + "]}", known).answer.counts, 3) == Rows{{3, 0, 1}, {0, 0, 0}, {2, 4, 0}});
  const WireReply unordered = read("{\"outputs\":[" + maps + "]}", wanted(3));
  CHECK(unordered.gene_order == three_genes);
  CHECK(dense(unordered.answer.counts, 3) == expected);
}

TEST_CASE("What a reply may leave out is not missed") {
  ReplyWanted known = wanted(1);
  known.gene_order = &three_genes;
  const WireReply reply = read(R"({"outputs":[{"counts":[1,2,3],"metadata":null,"latents":null}],"model_version":3,"error":null,"errors":[]})", known);
  CHECK(dense(reply.answer.counts, 3) == Rows{{1, 2, 3}});
  CHECK(reply.gene_order.empty());
  CHECK(reply.model_version == "3");
  CHECK(reply.answer.obsm.empty());
  CHECK(read(R"({"outputs":[],"model_version":"2.2","gene_order":[]})", wanted(0)).model_version == "2.2");
  CHECK(read(R"({"outputs":[],"model_version":2.20,"gene_order":[]})", wanted(0)).model_version == "2.20");
}

const std::string predicted = R"({"outputs":[
  {"metadata":{"sex":"male","tissue_ontology_id":"UBERON:0002107","age_years":"44"},
   "classifier_probs":{"sex":{"female":0.07,"male":0.93},"tissue_ontology_id":{"UBERON:0002107":0.81,"UBERON:0000955":0.02},
                       "age_years":{"43":0.25,"44":0.75},"line":{"CVCL_0023":1}},
   "latents":{"biological":[0.1],"technical":[0.2]},"decoder_sample":{"counts":[17,4]}},
  {"decoder_sample":{"counts":[0,1]},"latents":{"technical":[0.5],"biological":[0.25]},
   "classifier_probs":{"tissue_ontology_id":{"UBERON:0000955":0.5,"UBERON:0002107":0.25,"UBERON:1":0.125},"line":{"CVCL_0023":0.5},
                       "age_years":{"44":0.1,"43":0.9},"sex":{"male":0.5,"female":0.5}},
   "metadata":{"sex":"intersex","modality":"bulk"}}]})";

TEST_CASE("Predicted metadata become the columns that a model's answer has") {
  const WireReply reply = read(predicted, wanted(2, Task::predict_metadata));
  const Chunk& answer = reply.answer;
  CHECK(answer.counts.n_cells() == 2);
  CHECK(answer.counts.n_nonzeros() == 0);
  std::vector<std::string> names;
  for (const Column& column : answer.obs) names.push_back(column.name);
  CHECK(names == std::vector<std::string>{"sex", "sex_confidence", "tissue", "tissue_ontology_id", "tissue_confidence", "age_years",
                                          "age_years_confidence", "line", "line_ontology_id", "line_confidence"});
  CHECK(answer.find_obs("sex")->text_at(0) == "male");
  CHECK(answer.find_obs("sex")->text_at(1) == "intersex");
  const auto& sure = std::get<std::vector<float>>(answer.find_obs("sex_confidence")->values);
  CHECK(sure[0] == 0.93F);
  CHECK(std::isnan(sure[1]));
  CHECK(answer.find_obs("tissue")->text_at(0) == "UBERON:0002107");
  CHECK(answer.find_obs("tissue_ontology_id")->text_at(1) == "UBERON:0000955");
  CHECK(std::get<std::vector<float>>(answer.find_obs("tissue_confidence")->values) == std::vector<float>{0.81F, 0.5F});
  CHECK(std::get<std::vector<float>>(answer.find_obs("age_years")->values) == std::vector<float>{44, 43});
  REQUIRE(answer.obsm.size() == 6);
  CHECK(answer.obsm[0].name == "sex");
  CHECK(answer.obsm[0].kind == MatrixKind::probabilities);
  CHECK(answer.obsm[0].values == std::vector<float>{0.07F, 0.93F, 0.5F, 0.5F});
  CHECK(answer.obsm[1].name == "tissue");
  CHECK(answer.obsm[1].columns == std::vector<std::string>{"UBERON:0002107", "UBERON:0000955", "UBERON:1"});
  CHECK(answer.obsm[1].values == std::vector<float>{0.81F, 0.02F, 0, 0.25F, 0.5F, 0.125F});
  CHECK(answer.obsm[4].name == "biological");
  CHECK(answer.obsm[4].values == std::vector<float>{0.1F, 0.25F});
  REQUIRE(answer.layers.size() == 1);
  CHECK(answer.layers[0].name == "decoder_sample");
  CHECK(dense(answer.layers[0].counts, 2) == Rows{{17, 4}, {0, 1}});
}

TEST_CASE("Of predicted metadata only what is wanted is kept") {
  ReplyWanted few = wanted(2, Task::predict_metadata);
  few.probabilities = few.decoder_sample = false;
  const WireReply reply = read(predicted, few);
  CHECK(reply.answer.obsm.size() == 2);
  CHECK(reply.answer.layers.empty());
  CHECK(std::get<std::vector<float>>(reply.answer.find_obs("sex_confidence")->values)[0] == 0.93F);
}

TEST_CASE("A field that begins late has no label before") {
  const WireReply reply = read(R"({"outputs":[{"metadata":{}},{"classifier_probs":{"a":{"x":0.25,"y":0.75}},"metadata":{"b":5}}]})",
                               wanted(2, Task::predict_metadata));
  CHECK(reply.answer.find_obs("a")->text_at(0).empty());
  CHECK(reply.answer.find_obs("a")->text_at(1) == "y");
  CHECK(reply.answer.find_obs("b")->text_at(1) == "5");
  CHECK(reply.answer.find_obs("b_confidence") == nullptr);
  CHECK(reply.answer.obsm.at(0).values == std::vector<float>{0, 0, 0.25F, 0.75F});
}

TEST_CASE("A reply that says what failed is an error with its words") {
  CHECK(refusal(R"({"error":"no such tissue\u001b[31m"})", wanted(1)) == "the model failed: no such tissue[31m");
  CHECK(refusal(R"({"outputs":[],"errors":[{"path":"inputs[0]","message":"bad","code":"x"}],"error":"Invalid"})", wanted(0)) ==
        "the model failed: Invalid; inputs[0]: bad");
}

TEST_CASE("Outputs that are not what was asked for are refused with both numbers") {
  const std::string one = R"({"counts":[1,2,3]})";
  CHECK(refusal(with_outputs(one), wanted(2)) == "outputs: there are 1 where 2 were asked for");
  CHECK(refusal(with_outputs(one + "," + one + "," + one), wanted(2)) == "outputs: there are 3 where 2 were asked for");
  CHECK(refusal(with_outputs(R"({"counts":[1,2]})"), wanted(1)) == "outputs[0].counts: there are 2 counts where there are 3 genes");
  CHECK(refusal(R"({"outputs":[{"counts":[1,2]},{"counts":[1]}]})", wanted(2)) == "outputs[1].counts: there are 1 counts where there are 2 genes");
  CHECK(refusal("{\"outputs\":[{\"counts\":[1]}]," + genes_text + "}", wanted(1)) ==
        "the reply's outputs have 1 counts where its gene_order has 3 genes");
  CHECK(refusal(R"({"outputs":[{"counts":[1]}]})", wanted(1)) == "the reply names no gene_order, and none is known");
  CHECK(refusal(R"({"gene_order":[],"x":1})", wanted(1)) == "the reply has no outputs, but 'gene_order' and 'x'");
  CHECK(refusal("[]", wanted(1)) == "the reply has no outputs, but nothing");
  CHECK(refusal("[{\"outputs\":[]},{}]", wanted(0)) == "[1]: there are several results in one list");
  CHECK(refusal(with_outputs("{}"), wanted(1)) == "outputs[0]: it has no counts");
  CHECK(refusal(with_outputs("3"), wanted(1)) == "outputs[0]: a number stands where an object belongs");
  CHECK(refusal(R"({"outputs":{}})", wanted(1)) == "outputs: an object stands where a list belongs");
  CHECK(refusal(R"({"outputs":[],"outputs":[]})", wanted(0)) == "outputs: it stands there twice");
}

TEST_CASE("Another gene_order is refused with the first gene that differs") {
  ReplyWanted known = wanted(1);
  const std::vector<std::string> others{"ENSG00000000003", "ENSG1", "ENSG00000000419"};
  known.gene_order = &others;
  CHECK(refusal(with_outputs(R"({"counts":[1,2,3]})"), known) ==
        "gene_order: gene 1 is 'ENSG00000000005' where the model has 'ENSG1'");
  const std::vector<std::string> fewer{"ENSG00000000003"};
  known.gene_order = &fewer;
  CHECK(refusal(with_outputs(R"({"counts":[1,2,3]})"), known) == "gene_order: it names 3 genes where the model has 1");
  CHECK(refusal(R"({"gene_order":["a","a","b"],"outputs":[]})", wanted(0)) == "gene_order: 1 of its 3 genes are there twice");
  CHECK(refusal(R"({"gene_order":["a",1],"outputs":[]})", wanted(0)) == "gene_order[1]: a number stands where text belongs");
}

TEST_CASE("Counts that contradict themselves are refused") {
  CHECK(refusal(with_outputs(R"({"counts":[1,-2,3]})"), wanted(1)) == "outputs[0].counts[1]: -2 is negative");
  CHECK(refusal(with_outputs(R"({"counts":[1,true,3]})"), wanted(1)) == "outputs[0].counts[1]: true or false stands where a number belongs");
  CHECK(refusal(with_outputs(R"({"counts":{"ENSG0":1}})"), wanted(1)) == "the reply counts gene 'ENSG0', which is none of the 3 of its gene_order");
  CHECK(refusal(with_outputs(R"({"counts":{"ENSG00000000003":1,"ENSG00000000003":2}})"), wanted(1)) ==
        "output 0 of the reply counts gene 'ENSG00000000003' twice");
  CHECK(refusal(with_outputs(R"({"counts":{"ENSG00000000003":-1}})"), wanted(1)) ==
        "outputs[0].counts: gene 'ENSG00000000003': -1 is negative");
  CHECK(refusal(with_outputs(R"({"counts":{"ENSG00000000003":"1"}})"), wanted(1)) ==
        "outputs[0].counts.ENSG00000000003: text stands where a count belongs");
  CHECK(refusal(with_outputs(R"({"counts":[1,2,3]},{"counts":{}})"), wanted(2)) ==
        "outputs[1].counts: it is a map where outputs before have lists of counts");
  CHECK(refusal(with_outputs(R"({"counts":{}},{"counts":[1,2,3]})"), wanted(2)) ==
        "outputs[1].counts: it is a list where outputs before have maps from gene to count");
  CHECK(refusal(with_outputs(R"({"counts":{"counts":[1,2,3],"a":1}})"), wanted(1)) ==
        "outputs[0].counts.a: it is both a list and a map from gene to count");
  CHECK(refusal(with_outputs(R"({"counts":[1,2,3],"counts":[1,2,3]})"), wanted(1)) == "outputs[0].counts: an output has counts twice");
}

TEST_CASE("Latents and classes that do not fit are refused") {
  const auto latents = [](const std::string& a, const std::string& b) {
    return refusal(with_outputs(R"({"counts":[1,2,3],"latents":)" + a + R"(},{"counts":[1,2,3],"latents":)" + b + "}"), wanted(2));
  };
  CHECK(latents(R"({"b":[1,2]})", R"({"b":[1]})") == "outputs[1].latents.b: there are 1 latents where the outputs before have 2");
  CHECK(latents("{}", R"({"b":[1]})") == "outputs[1].latents.b: 0 of the 1 outputs before have such latents");
  CHECK(latents(R"({"b":[1]})", "{}") == "1 of the 2 outputs of the reply have latents 'b'");
  CHECK(latents(R"({"b":["x"]})", "{}") == "outputs[0].latents.b[0]: text stands where a number belongs");
  CHECK(latents("[]", "{}") == "outputs[0].latents: a list stands where an object belongs");
  const auto classes = [](const std::string& a) {
    return refusal(R"({"outputs":[{"classifier_probs":)" + a + "}]}", wanted(1, Task::predict_metadata));
  };
  CHECK(classes(R"({"a":{"x":"y"}})") == "outputs[0].classifier_probs.a.x: text stands where a probability belongs");
  CHECK(classes(R"({"a":{"x":1e300}})") == "outputs[0].classifier_probs.a: 1e300 is no probability");
  CHECK(classes(R"({"a":[]})") == "outputs[0].classifier_probs.a: a list stands where an object of classes belongs");
  CHECK(refusal(R"({"outputs":[{"decoder_sample":{"counts":[1]}},{}]})", wanted(2, Task::predict_metadata)) ==
        "outputs[1]: it has no decoder_sample, though others have");
  std::string many = "{";
  for (int i = 0; i < 1001; ++i) many += (i > 0 ? ",\"" : "\"") + std::to_string(i) + "\":{}";
  CHECK(classes(many + "}").find("there are more than 1000 fields") != std::string::npos);
  many = "{";
  for (int i = 0; i < 65; ++i) many += (i > 0 ? ",\"" : "\"") + std::to_string(i) + "\":[]";
  CHECK(latents(many + "}", "{}").find("there are more than 64 groups of latents") != std::string::npos);
}

TEST_CASE("A reply that is cut off is told from one that is no JSON") {
  const std::string whole = with_outputs(R"({"counts":[904,0,5.0],"latents":{"b":[0.11,null]},"classifier_probs":{"a":{"b":0.5}}})");
  for (std::size_t n = 0; n < whole.size(); ++n) {
    const std::string message = refusal(whole.substr(0, n), wanted(1));
    CAPTURE(n, message);
    CHECK(message.find("the reply is cut off: it ends at byte " + std::to_string(n)) == 0);
  }
  CHECK(refusal("<html>", wanted(1)) == "the reply is no JSON: byte 1 does not belong there");
  CHECK(refusal(whole + "x", wanted(1)).find("the reply is no JSON") == 0);
}

}  // namespace
}  // namespace gemflow::synthesize_api
