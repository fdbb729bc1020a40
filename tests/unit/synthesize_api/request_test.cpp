// SPDX-License-Identifier: Apache-2.0
#include "synthesize_api/wire/request.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/chunks.hpp"
#include "support/expect_error.hpp"
#include "support/slow_source.hpp"

namespace gemflow::synthesize_api {
namespace {

using test::dense;
using test::SlowSource;

WireQuery read(std::string_view text, Task task, std::int64_t n_genes = 0, const RequestLimits& limits = {}) {
  TextSource body(text);
  return read_request(body, task, n_genes, limits);
}

std::string refusal(std::string_view text, Task task = Task::condition, std::int64_t n_genes = 0,
                    const RequestLimits& limits = {}) {
  const Error error = error_of([&] { (void)read(text, task, n_genes, limits); });
  CHECK(error.kind() == ErrorKind::input);
  return error.message();
}

std::string written(const Query& query, const RequestText& text) {
  TextSink body;
  write_request(query, text, body);
  return body.text;
}

const std::string references = R"({
  "sampling_strategy": "mean estimation", "conditioning": ["biological"], "fixed_total_count": true,
  "deterministic_latents": true, "seed": 7, "total_count": 5000000, "source": "pysynthbio",
  "inputs": [
    { "counts": [0, 12, 5, 0, 33],
      "metadata": { "perturbation_type": "compound", "perturbation_ontology_id": "CHEMBL25" }, "num_samples": 2 },
    { "counts": { "counts": [1,0,0,0,123456789] }, "metadata": {} }
  ] })";

TEST_CASE("A query with references is read as it is meant") {
  const WireQuery read_query = read(references, Task::condition);
  const Query& query = read_query.query;
  CHECK(query.task == Task::condition);
  CHECK(read_query.n_genes == 5);
  CHECK(read_query.seed == 7);
  CHECK(read_query.num_samples == std::vector<std::int64_t>{2, 1});
  CHECK(dense(query.counts, 5) == std::vector<std::vector<double>>{{0, 12, 5, 0, 33}, {1, 0, 0, 0, 123456789}});
  CHECK(query.counts.stored_type() == ValueType::int32);
  CHECK(query.options.sampling == Sampling::mean);
  CHECK(query.options.conditioning == std::vector<std::string>{"biological"});
  CHECK(query.options.fixed_total_count);
  CHECK(query.options.deterministic_latents);
  CHECK(query.options.total_count == 5e6);
  CHECK(query.options.seed == 7);
  REQUIRE(query.conditions.size() == 2);
  CHECK(query.conditions[0].find("perturbation_ontology_id") == "CHEMBL25");
  CHECK(query.conditions[1].entries().empty());
  REQUIRE(query.samples.size() == 3);
  CHECK(query.samples[1].replicate == 1);
  CHECK(query.samples[1].condition == 0);
  CHECK(query.samples[1].reference == 0);
  CHECK(query.samples[2].number == 1);
  CHECK(query.samples[2].reference == 1);
  CHECK(query.samples[2].replicate == 0);
  CHECK(query.samples[2].seed == 7);
  REQUIRE(read_query.others.size() == 1);
  CHECK(read_query.others[0] == std::pair<std::string, std::string>{"source", "\"pysynthbio\""});
}

TEST_CASE("A query is the same however few bytes come at once") {
  for (const std::size_t piece : {1U, 2U, 3U, 7U, 64U}) {
    SlowSource body(references, piece);
    const WireQuery query = read_request(body, Task::condition, 5, {});
    CHECK(dense(query.query.counts, 5) == std::vector<std::vector<double>>{{0, 12, 5, 0, 33}, {1, 0, 0, 0, 123456789}});
    CHECK(query.num_samples == std::vector<std::int64_t>{2, 1});
  }
}

TEST_CASE("Metadata are text, also where they came as numbers; what else JSON has is kept as it is") {
  const WireQuery query = read(R"({"mode":"sample generation","inputs":[{"metadata":
    {"sex":"female","age_years":44,"x":44.0,"y":1e+05,"z":0.25,"list":[1, {"a": "é\n"}, null],"flag":true,"none":null}}],
    "extra":{"a":[1.50,-2]},"seed":4.0})", Task::generate);
  REQUIRE(query.query.conditions.size() == 1);
  const Metadata& metadata = query.query.conditions[0];
  CHECK(metadata.find("sex") == "female");
  CHECK(metadata.find("age_years") == "44");
  CHECK(metadata.find("x") == "44");
  CHECK(metadata.find("y") == "100000");
  CHECK(metadata.find("z") == "0.25");
  CHECK_FALSE(metadata.is_json("age_years"));
  CHECK(metadata.find("list") == "[1,{\"a\":\"é\\u000a\"},null]");
  CHECK(metadata.is_json("list"));
  CHECK(metadata.find("flag") == "true");
  CHECK(metadata.is_json("flag"));
  CHECK_FALSE(metadata.find("none"));
  CHECK(query.query.options.sampling == Sampling::sample);
  CHECK(query.others == std::vector<std::pair<std::string, std::string>>{{"extra", "{\"a\":[1.50,-2]}"}});
  CHECK(query.seed == 4);
  CHECK(query.query.samples.size() == 1);
  CHECK(query.query.samples[0].reference == -1);
  CHECK(query.n_genes == 0);
}

TEST_CASE("R's spellings of numbers and of lists of one are understood") {
  const WireQuery query = read(R"({"conditioning":"technical","seed":1e+05,"total_count":1e+05,
    "inputs":[{"counts":[12.0,1e+05,0.0,-0,1E2],"num_samples":3.0}]})", Task::condition);
  CHECK(query.query.options.conditioning == std::vector<std::string>{"technical"});
  CHECK(query.seed == 100000);
  CHECK(query.query.options.total_count == 1e5);
  CHECK(dense(query.query.counts, 5) == std::vector<std::vector<double>>{{12, 100000, 0, 0, 100}});
  CHECK(query.num_samples == std::vector<std::int64_t>{3});
}

TEST_CASE("Each task knows its own keys; the others are kept for whoever knows them") {
  const WireQuery predict = read(R"({"total_count":5,"mode":"x","inputs":[{"counts":[1,2],"metadata":{"a":[1]},"num_samples":1}],
    "return_classifier_probs":true,"modality":"bulk"})", Task::predict_metadata);
  CHECK(predict.query.samples.empty());
  CHECK(predict.query.conditions.empty());
  CHECK(predict.query.counts.n_cells() == 1);
  CHECK_FALSE(predict.seed);
  CHECK(predict.others.size() == 4);
  const WireQuery generate = read(R"({"conditioning":"x","inputs":[{}]})", Task::generate);
  CHECK(generate.others.size() == 1);
  CHECK(generate.query.options.conditioning == QueryOptions().conditioning);
  CHECK(read(R"({"seed":null,"inputs":[{"metadata":null}]})", Task::generate).num_samples.size() == 1);
  CHECK(read(R"({"seed":18446744073709551615,"inputs":[{}]})", Task::generate).seed == 18446744073709551615U);
}

TEST_CASE("What is wrong with a query is said with its place") {
  const auto one = [](const std::string& counts) { return R"({"inputs":[{"counts":[1,2]},{"counts":)" + counts + "}]}"; };
  CHECK(refusal(one("[1,-3]")) == "inputs[1].counts[1]: -3 is negative");
  CHECK(refusal(one("[1,2.5]")) == "inputs[1].counts[1]: 2.5 is not whole");
  CHECK(refusal(one("[1,2,3]")) == "inputs[1].counts: there are 3 counts where the model has 2 genes");
  CHECK(refusal(one("[]")) == "inputs[1].counts: the list is empty");
  CHECK(refusal(one("[1,1e17]")) == "inputs[1].counts[1]: 1e17 is too large for a count");
  CHECK(refusal(one("[1,null]")) == "inputs[1].counts[1]: null stands where a count belongs");
  CHECK(refusal(one("[1,\"a\"]")) == "inputs[1].counts[1]: text stands where a count belongs");
  CHECK(refusal(one("[1,[2]]")) == "inputs[1].counts[1]: a list stands where a count belongs");
  CHECK(refusal(one("3")) == "inputs[1].counts: a number stands where a list of counts belongs");
  CHECK(refusal(one("{\"counts\":3}")) == "inputs[1].counts.counts: a number stands where \"counts\" with a list belongs");
  CHECK(refusal(one("{}")) == "inputs[1]: its counts hold no list");
  CHECK(refusal(one("[1,2],\"counts\":[1,2]")) == "inputs[1].counts: it stands there twice");
  CHECK(refusal(R"({"inputs":[{"metadata":{}}]})") == "inputs[0]: it has no counts");
  CHECK(refusal(R"({"inputs":[{"counts":[1]}]})", Task::condition, 6) ==
        "inputs[0].counts: there are 1 counts where the model has 6 genes");
  CHECK(refusal(R"({"inputs":[{"counts":[1]}]})", Task::generate) == "inputs[0].counts: the model takes no counts");
  CHECK(refusal("{}") == "inputs: the key is missing");
  CHECK(refusal(R"({"inputs":[]})") == "inputs: the list is empty");
  CHECK(refusal(R"({"inputs":{}})") == "inputs: an object stands where a list of inputs belongs");
  CHECK(refusal(R"({"inputs":null})") == "inputs: null stands where a list of inputs belongs");
  CHECK(refusal(R"({"inputs":[3]})") == "inputs[0]: a number stands where an object belongs");
  CHECK(refusal(R"({"inputs":[],"inputs":[]})") == "inputs: it stands there twice");
  CHECK(refusal("[]") == "the query: a list stands where an object belongs");
  CHECK(refusal("3") == "the query: a number stands where an object belongs");
}

TEST_CASE("What is wrong with an option is said with its key") {
  const auto with = [](const std::string& option, Task task = Task::condition) {
    return refusal("{" + option + R"(,"inputs":[{"counts":[1]}]})", task);
  };
  CHECK(with(R"("seed":-1)") == "seed: -1 is not between 0 and 2^64 - 1");
  CHECK(with(R"("seed":1.5)") == "seed: 1.5 is not whole");
  CHECK(with(R"("seed":"1")") == "seed: text stands where a whole number belongs");
  CHECK(with(R"("seed":[1])") == "seed: a list stands where a single value belongs");
  CHECK(with(R"("total_count":0)") == "total_count: 0 is not above 0");
  CHECK(with(R"("deterministic_latents":1)") == "deterministic_latents: a number stands where true or false belongs");
  CHECK(with(R"("mode":"mean")") == "mode: 'mean' is no sampling strategy");
  CHECK(with(R"("mode":"mean estimation","sampling_strategy":"sample generation")") ==
        "sampling_strategy: 'sample generation' contradicts 'mean estimation', which stands before it");
  CHECK(with(R"("conditioning":{})") == "conditioning: an object stands where a list of latent groups belongs");
  CHECK(with(R"("conditioning":[1])") == "conditioning[0]: a number stands where text belongs");
  CHECK(with(R"("conditioning":["a","a","a","a","a","a","a","a","a","a","a","a","a","a","a","a","a"])") ==
        "conditioning[16]: there are more than 16 groups");
  const auto input = [](const std::string& key, Task task = Task::condition) {
    return refusal(R"({"inputs":[{"counts":[1],)" + key + "}]}", task);
  };
  CHECK(input(R"("num_samples":0)") == "inputs[0].num_samples: 0 is below 1");
  CHECK(input(R"("num_samples":99999)") == "inputs[0].num_samples: 99999 is more than the 10,000 samples of one query");
  CHECK(input(R"("num_samples":2)", Task::predict_metadata) == "inputs[0].num_samples: 2 where each input has one answer");
  CHECK(input(R"("num_sample":1)") == "inputs[0].num_sample: an input has no such key");
  CHECK(input(R"("metadata":[])") == "inputs[0].metadata: a list stands where an object belongs");
  CHECK(error_of([] { (void)read(R"({"inputs":[{"num_sample":1}]})", Task::generate); }).hint() == "did you mean 'num_samples'?");
}

TEST_CASE("A stranger's query costs no more than its limits") {
  const auto with = [](const RequestLimits& limits, const std::string& more = "") {
    return refusal(R"({"inputs":[{"counts":[1,2],"num_samples":3},{"counts":[1,2],"num_samples":3}])" + more + "}",
                   Task::condition, 0, limits);
  };
  CHECK(with({1, 100, 100, 100}) == "inputs[1]: there are more than 1 inputs");
  CHECK(with({10, 5, 100, 100}) == "inputs[1]: with it there are more than 5 samples");
  CHECK(with({10, 10, 3, 100}) == "inputs[1].counts[1]: there are more than 3 counts that are not 0");
  CHECK(with({10, 10, 10, 10}, R"(,"a":"0123456789")") == "a: metadata and further keys are longer than 10 bytes");
  CHECK(with({}, R"(,"total_count":1e300)") == "total_count: 1e300 is more than the 1,000,000,000 counts of one sample");
  CHECK(read(R"({"inputs":[{"counts":[1]}],"total_count":1000000000})", Task::condition).query.options.total_count == 1e9);
  CHECK(with({10, 10, 10, 10}, R"(,"b":"0123456789")").find("longer than 10 bytes") != std::string::npos);
  CHECK(with({}, ",\"a\":" + std::string(100, '[')) == "a: it is nested more than 64 deep");
  CHECK(with({}, ",\"a\":[\"" + std::string(1 << 20, 'x') + "\"]") == "a: it is longer than 1,048,576 bytes");
  CHECK(with({}, ",\"a\":\"" + std::string(3 << 20, 'x') + "\"").find("reading JSON: a text or gap before byte") == 0);
  CHECK(with({}, ",\"a\":\"" + std::string(3 << 20, 'x') + "\"").find("is longer than 2,097,152 bytes") != std::string::npos);
}

TEST_CASE("What is no JSON is told from what is cut off") {
  CHECK(refusal(R"({"inputs":[}])").find("the query is no JSON: byte") == 0);
  CHECK(refusal(R"({"inputs":[{"counts":[1 2]}]})").find("the query is no JSON: byte 25 does not belong there") == 0);
  CHECK(refusal(R"({"inputs":[{"counts":[1,]}]})").find("the query is no JSON") == 0);
  CHECK(refusal(R"({"inputs":[{"counts":[1,,2]}]})").find("the query is no JSON") == 0);
  CHECK(refusal(R"({"inputs":[{"counts":[012]}]})").find("the query is no JSON") == 0);
  CHECK(refusal(R"({"inputs":[{"counts":[1,+2]}]})").find("the query is no JSON") == 0);
  CHECK(refusal(R"({"inputs":[{"counts":[1.]}]})").find("the query is no JSON") == 0);
  CHECK(refusal(R"({"inputs":[{"counts":[NaN]}]})").find("the query is no JSON") == 0);
  CHECK(refusal(R"({"inputs":[{"counts":[1]}]}})").find("the query is no JSON") == 0);
  const std::string whole = R"({"inputs": [{"counts": [1, 20, 3.0], "metadata": {"a": "b"}}], "seed": 17})";
  for (std::size_t n = 0; n < whole.size(); ++n) {
    const std::string message = refusal(whole.substr(0, n));
    CAPTURE(n, message);
    CHECK(message.find("the query is cut off: it ends at byte " + std::to_string(n)) == 0);
  }
}

TEST_CASE("A query that is written is read as the same") {
  Query query;
  query.task = Task::condition;
  query.counts = test::counts({{0, 12, 0, 0, 10000}, {7, 0, 99999999, 100000000, 0}, {0, 0, 0, 0, 0}});
  query.conditions.resize(2);
  query.conditions[0].set("perturbation_ontology_id", "a \"quoted\\\" µM\n\x01");
  query.conditions[1].set_json("list", "[1,2]");
  query.samples = {{0, 0, 0, 0, 9}, {0, 0, 0, 1, 9}, {1, 1, 1, 0, 9}, {1, 2, 2, 0, 9}, {1, 2, 2, 2, 9}};
  query.options.deterministic_latents = true;
  query.options.total_count = 123456;
  const std::string text = written(query, {5, 9, {}, {{"source", "\"gemflow\""}}});
  CHECK(text ==
        R"({"sampling_strategy":"mean estimation","total_count":123456,"deterministic_latents":true,"seed":9,)"
        R"("source":"gemflow","inputs":[{"counts":[0,12,0,0,10000],"metadata":{"perturbation_ontology_id":)"
        R"("a \"quoted\\\" µM\u000a\u0001"},"num_samples":2},{"counts":[7,0,99999999,100000000,0],"metadata":{"list":[1,2]},)"
        R"("num_samples":1},{"counts":[0,0,0,0,0],"metadata":{"list":[1,2]},"num_samples":1},)"
        R"({"counts":[0,0,0,0,0],"metadata":{"list":[1,2]},"num_samples":1}]})");
  const WireQuery again = read(text, Task::condition, 5);
  CHECK(again.query.conditions[0].entries() == query.conditions[0].entries());
  CHECK(again.query.conditions[2].is_json("list"));
  CHECK(again.num_samples == std::vector<std::int64_t>{2, 1, 1, 1});
  CHECK(again.query.counts.n_cells() == 4);
  CHECK(again.query.options.total_count == 123456);
}

TEST_CASE("A query is spelt as the server spells it") {
  Query query;
  query.task = Task::condition;
  query.counts = test::counts({{3}});
  query.conditions.resize(1);
  query.samples = {{0, 0, 0, 0, 0}};
  query.options.conditioning = {"technical"};
  query.options.sampling = Sampling::sample;
  query.options.fixed_total_count = true;
  CHECK(written(query, {1, std::nullopt, {true, true, "single-cell"}, {}}) ==
        R"({"modality":"single-cell","mode":"sample generation","fixed_total_count":true,"conditioning":["technical"],)"
        R"("inputs":[{"counts":{"counts":[3]},"metadata":{},"num_samples":1}]})");
  query.task = Task::predict_metadata;
  CHECK(written(query, {1, 3, {}, {}}) == R"({"seed":3,"inputs":[{"counts":[3]}]})");
  query.task = Task::generate;
  query.samples[0].reference = -1;
  CHECK(written(query, {0, std::nullopt, {}, {}}) ==
        R"({"sampling_strategy":"sample generation","inputs":[{"metadata":{},"num_samples":1}]})");
}

TEST_CASE("Bytes that are no UTF-8 do not make a query unreadable") {
  Query query;
  query.task = Task::generate;
  query.conditions.resize(1);
  query.conditions[0].set("sex", "a\xff" "b");
  query.samples = {{0, -1, 0, 0, 0}};
  const WireQuery again = read(written(query, {}), Task::generate);
  CHECK(again.query.conditions[0].find("sex") == "a\xef\xbf\xbd" "b");
}

TEST_CASE("A batch needs no more bytes than was said") {
  Query query;
  query.task = Task::predict_metadata;
  std::vector<std::vector<double>> rows(3, std::vector<double>(5000));
  std::int64_t n_nonzeros = 0;
  for (std::size_t i = 0; i < 5000; i += 3, n_nonzeros += 3) rows[0][i] = rows[1][i] = rows[2][i] = 9999;
  query.counts = test::counts(rows);
  const auto n = static_cast<std::int64_t>(written(query, {5000, 1, {}, {}}).size());
  const std::int64_t most = request_bytes(3, 5000, n_nonzeros, 4);
  CHECK(n <= most);
  CHECK(most < n + 10000);
}

TEST_CASE("A count that is not finite is not written") {
  Query query;
  query.task = Task::predict_metadata;
  query.counts.append(std::vector<std::int32_t>{0}, std::vector<double>{std::numeric_limits<double>::infinity()});
  const Error error = error_of([&] { (void)written(query, {1, 1, {}, {}}); });
  CHECK(error.kind() == ErrorKind::internal);
  CHECK(error.message() == "writing JSON: a count is not finite");
}

}  // namespace
}  // namespace gemflow::synthesize_api
