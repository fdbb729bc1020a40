// SPDX-License-Identifier: Apache-2.0
#include "synthesize_api/wire/documents.hpp"

#include "support/catch.hpp"
#include "support/expect_error.hpp"

using namespace gemflow;
using namespace gemflow::synthesize_api;
using Catch::Matchers::Contains;
using State = QueryStatus::State;

namespace {

std::vector<std::string> ids_of(std::string_view body) {
  std::vector<std::string> ids;
  for (const ListedModel& model : read_models(body)) ids.push_back(model.id);
  return ids;
}

std::string fault_of_models(std::string_view body) {
  const Error error = error_of([&] { (void)read_models(body); });
  CHECK(error.kind() == ErrorKind::model);
  return error.message();
}

std::string nested(int depth) { return std::string(static_cast<std::size_t>(depth), '['); }

}  // namespace

TEST_CASE("the list of models is read in every shape that was seen") {
  const std::vector<std::string> both{"gem-1-bulk", "gem-1-sc"};
  CHECK(ids_of(R"({"models":[{"model_id":"gem-1-bulk"},{"model_id":"gem-1-sc"}]})") == both);
  CHECK(ids_of(R"({"models":["gem-1-bulk","gem-1-sc"]})") == both);
  CHECK(ids_of(R"([{"id":"gem-1-bulk","name":"Bulk"},{"slug":"gem-1-sc"}])") == both);
  CHECK(ids_of(R"([{"name":"gem-1-bulk"}, "gem-1-sc"])") == both);
  CHECK(ids_of(R"([{"model_id":7,"id":"no"}])") == std::vector<std::string>{"7"});
  CHECK(ids_of(R"({"models":[]})").empty());
  CHECK(read_models(R"([{"id":"a","access":"open"}])").front().json == R"({"access":"open","id":"a"})");
}

TEST_CASE("a list of models that is none is said to be so") {
  CHECK(fault_of_models("<html>\x1b[31mlogin</html>") == "the list of models is no JSON: '<html>[31mlogin</html>'");
  CHECK(fault_of_models(R"({"model":[]})") == "the list of models has no array 'models'");
  CHECK(fault_of_models(R"([{"title":"x"}])") == R"(the list of models has an element without an id: '{"title":"x"}')");
  CHECK(fault_of_models(nested(65) + std::string(65, ']')) == "the list of models nests deeper than 64 levels");
  CHECK_THAT(fault_of_models(nested(2'000'000)), Contains("nests deeper than 64 levels"));
  CHECK(fault_of_models("[\"" + std::string(5 << 20, 'x') + "\"]") ==
        "the list of models has 5242884 bytes, more than the 4194304 that it may have");
  CHECK(error_of([] { (void)read_models("x"); }).hint() == "does a proxy answer in the server's place? curl -v shows who does");
}

TEST_CASE("what the server writes, the client reads") {
  const std::vector<ListedModel> models{{"gem-1-sc", {}}, {"b", R"({"model_id":"b","depth":3})"}};
  CHECK(write_models(models) == R"({"models":[{"model_id":"gem-1-sc"},{"model_id":"b","depth":3}]})");
  CHECK(ids_of(write_models(models)) == std::vector<std::string>{"gem-1-sc", "b"});
  CHECK(write_models({}) == R"({"models":[]})");
  CHECK(read_submitted(write_submitted("q\"1")) == "q\"1");
  const QueryStatus ready = read_status(write_status({State::ready, {}, "http://x/y?z=1", {}}));
  CHECK(ready.state == State::ready);
  CHECK(ready.download_url == "http://x/y?z=1");
  CHECK(write_status({State::running, "queued", {}, {}}) == R"({"status":"queued"})");
  CHECK(write_status({State::running, {}, {}, {}}) == R"({"status":"running"})");
  CHECK(read_status(write_status({State::failed, {}, {}, "bad values"})).message == "bad values");
  const Refusal refusal{"Invalid", {{"inputs[1].counts", "too short", "length"}}};
  CHECK(write_refusal(refusal) ==
        R"({"error":"Invalid","errors":[{"code":"length","message":"too short","path":"inputs[1].counts"}]})");
  CHECK(read_refusal(write_refusal(refusal)).sentence() == "Invalid; inputs[1].counts: too short");
  CHECK(write_refusal({"No", {}}) == R"({"error":"No"})");
}

TEST_CASE("a query's id is text or a number, trimmed") {
  CHECK(read_submitted(R"({"modelQueryId":"  8f0d\n"})") == "8f0d");
  CHECK(read_submitted(R"({"modelQueryId":12345678901234})") == "12345678901234");
  for (const char* body : {R"({})", R"([])", R"({"modelQueryId":null})", R"({"modelQueryId":" "})", R"({"modelQueryId":1.5})"}) {
    CHECK_THAT(error_of([&] { (void)read_submitted(body); }).message(),
               Contains("the answer to a submitted query has no 'modelQueryId': '"));
  }
}

TEST_CASE("a status is running, ready or failed, whatever its word") {
  for (const char* word : {"running", "queued", "pending", "starting", "READY-ish"}) {
    const QueryStatus status = read_status(std::string(R"({"status":")") + word + R"("})");
    CHECK(status.state == State::running);
    CHECK(status.word == word);
  }
  for (const char* word : {"failed", "error", "cancelled", "canceled", "expired"}) {
    const QueryStatus status = read_status(std::string(R"({"status":")") + word + R"("})");
    CHECK(status.state == State::failed);
    CHECK(status.message == "no reason given");
  }
  CHECK(read_status(R"({"status":"ready","downloadUrl":"https://b/r.json?X=1"})").download_url == "https://b/r.json?X=1");
  CHECK(error_of([] { (void)read_status(R"({"status":"ready"})"); }).message() ==
        "the status of a query is 'ready' and has no 'downloadUrl'");
  CHECK(error_of([] { (void)read_status(R"({"state":"ready"})"); }).message() ==
        R"(the status of a query has no 'status': '{"state":"ready"}')");
}

TEST_CASE("the reason of a failure ends before its traceback") {
  CHECK(read_status(R"({"status":"failed","message":"bad values: UBERON:1\nTraceback (most recent call last):\n  File"})").message ==
        "bad values: UBERON:1");
  CHECK(read_status(R"({"status":"failed","errorUrl":"https://e/1"})").message == "see https://e/1");
  CHECK(read_status("{\"status\":\"failed\",\"message\":\"red \\u001b[31m text\"}").message == "red [31m text");
}

TEST_CASE("an example query tells how the server spells") {
  const ExampleQuery plain = read_example_query(
      R"({"example_query":{"sampling_strategy":"mean estimation","seed":11,"inputs":[{"metadata":{"sex":"male"},"num_samples":5},{}]}})");
  CHECK(plain.says_sampling);
  CHECK_FALSE(plain.spelling.says_mode);
  CHECK(plain.sampling == "mean estimation");
  CHECK(plain.spelling.modality.empty());
  CHECK(plain.n_inputs == 2);
  CHECK(plain.n_genes == 0);
  CHECK(plain.keys == std::vector<std::string>{"sampling_strategy", "seed", "inputs"});

  const ExampleQuery bare =
      read_example_query(R"({"inputs":[{"counts":[1,2,3.0]},{"counts":[1,2]}],"mode":"sample generation","modality":"bulk"})");
  CHECK(bare.spelling.says_mode);
  CHECK(bare.spelling.modality == "bulk");
  CHECK_FALSE(bare.spelling.nested_counts);
  CHECK(bare.n_genes == 3);
  CHECK(bare.n_inputs == 2);

  const ExampleQuery nested_counts =
      read_example_query(R"({"example_query":{"inputs":[{"metadata":{"mode":"x"},"counts":{"counts":[0,0,7,1]}}]}})");
  CHECK(nested_counts.spelling.nested_counts);
  CHECK(nested_counts.n_genes == 4);
  CHECK_FALSE(nested_counts.says_sampling);
}

TEST_CASE("an example query that is none is said to be so") {
  CHECK(error_of([] { (void)read_example_query("<html>"); }).message() == "the example query is no JSON: '<html>'");
  CHECK(error_of([] { (void)read_example_query(R"({"a":1})"); }).message() == R"(the example query has no 'inputs': '{"a":1}')");
  CHECK(error_of([] { (void)read_example_query(nested(1'000'000)); }).message() == "the example query nests deeper than 64 levels");
  CHECK(read_example_query(R"({"inputs":{"items":[]}})").n_inputs == 0);  // the younger models' form
}

TEST_CASE("a refusal is understood in every form") {
  const auto said = [](std::string_view body) { return read_refusal(body).sentence(); };
  CHECK(said(R"({"error":"Invalid GEM-2 request","errors":[{"path":"inputs[1].age","message":"no","code":"x"},{"path":"","message":"all"}]})") ==
        "Invalid GEM-2 request; inputs[1].age: no; all");
  CHECK(said(R"({"message":"quota exceeded"})") == "quota exceeded");
  CHECK(said(R"({"error":{"message":"inner"}})") == "inner");
  CHECK(said(R"({"detail":"Not authenticated"})") == "Not authenticated");
  CHECK(said(R"({"detail":[{"loc":["body","inputs",0,"num_samples"],"msg":"field required","type":"missing"}]})") ==
        "inputs[0].num_samples: field required");
  CHECK(said(R"({"errors":["one","two"]})") == "one; two");
  CHECK(said("<html>\x07" "502</html>") == "<html>502</html>");
  CHECK(said(std::string(700, 'x')) == std::string(500, 'x') + "...");
  CHECK(said("").empty());
  CHECK(said(R"({"other":1})") == R"({"other":1})");
  CHECK(said(nested(100)) == nested(100));
  CHECK(said(R"({"detail":)" + nested(60) + std::string(60, ']') + "}") == nested(59) + std::string(59, ']'));
}
