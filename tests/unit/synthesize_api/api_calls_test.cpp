// SPDX-License-Identifier: Apache-2.0
#include "synthesize_api/client/api_calls.hpp"

#include <thread>

#include <fmt/format.h>

#include "played.hpp"

using namespace gemflow;
using namespace gemflow::synthesize_api;
using namespace gemflow::synthesize_api::test;
using Catch::Matchers::Contains;

namespace {

std::string statuses(const std::string& behaviours) {
  return R"({"paths": {"GET /api/model-queries/mq-0001/status": [)" + behaviours + "]}}";
}
std::string downloads(const std::string& behaviours) { return R"({"other": {"GET /r": [)" + behaviours + "]}}"; }

}  // namespace

TEST_CASE("calls: a query's whole life") {
  Played it(R"({"token": "canary-5f3a", "full": {"gzip": true}})");
  CHECK(it.calls.host() == it.server.api());
  CHECK(it.calls.models(it.job).at(3).id == "gem-1-sc");
  CHECK(it.calls.example_query("gem-1-sc", it.job).n_inputs == 1);
  CHECK(it.calls.example_query("gem-1-sc_predict-metadata", it.job).n_genes == 6);
  CHECK_THAT(it.calls.example_query_text("gem-1-bulk", it.job), Contains("\"num_samples\": 2"));
  const Submission submission = it.submit();
  REQUIRE(std::holds_alternative<Accepted>(submission));
  CHECK(std::get<Accepted>(submission).query_id == "mq-0001");
  KeptResult sink;
  CHECK(it.calls.download(it.link(), sink, it.job) == Download::done);
  const Json result = Json::parse(sink.text);
  CHECK(result["outputs"].size() == 2);
  CHECK(result["outputs"][1]["counts"] == Json({1, 2, 3, 4, 5, 6}));
  CHECK(it.time.slept == std::vector<double>{2.0});  // "running" once
  const Json post = it.server.log("POST").at(0);
  CHECK(post["headers"]["idempotency-key"] == "chunk-1");
  CHECK(post["charged"]["times"] == 1);
  CHECK_FALSE(it.server.log().back()["headers"].contains("authorization"));
}

TEST_CASE("calls: ids may be numbers, and are one step of a path") {
  Played it(R"({"full": {"ids": "number", "statuses": ["queued", "ready"]}})");
  const Submission submission = it.submit();
  CHECK(std::get<Accepted>(submission).query_id == "1");
  CHECK_THAT(it.link("1"), Contains("/results/1/1"));
  Played other(R"({"paths": {"GET *": [{"json": {"status": "failed"}}]}})");
  (void)other.calls.wait("a/../b?c=1#d", other.job);
  CHECK(other.server.log().at(0)["path"] == "/api/model-queries/a%2F..%2Fb%3Fc%3D1%23d/status");
  CHECK(error_of([&] { (void)other.calls.wait("..", other.job); }).message() == "'..' is no id");
}

TEST_CASE("wait: intervals grow from two to thirty seconds, the first poll is at once") {
  std::string running;
  for (int i = 0; i < 9; ++i) running += R"({"json": {"status": "running"}}, )";
  Played it(statuses(running + R"({"json": {"status": "ready", "downloadUrl": "https://b/r?Signature=s"}})"));
  CHECK(it.link() == "https://b/r?Signature=s");
  CHECK(it.time.slept == std::vector<double>{2, 3, 4.5, 6.75, 10.125, 15.1875, 22.78125, 30, 30});
}

TEST_CASE("wait: unknown words mean in progress, failures end") {
  for (const char* word : {"failed", "error", "cancelled", "canceled", "expired"}) {
    Played it(statuses(R"({"json": {"status": "queued"}}, {"json": {"status": "warming up"}}, {"json": {"status": ")" + std::string(word) +
                       R"x(", "message": "bad values canary-5f3a: UBERON:9\nTraceback (most recent call last)"}})x"));
    const Waited waited = it.calls.wait("mq-0001", it.job);
    CHECK(std::get<Failed>(waited).message == "bad values ***: UBERON:9");
    CHECK(it.server.log().size() == 3);
  }
}

TEST_CASE("wait: transient faults are waited out") {
  for (const char* fault : {R"({"status": 500})", R"({"status": 502, "html": true})", R"({"status": 504})", R"({"status": 408})",
                            R"({"close": "after"})", R"({"close": "before"})", R"({"html": true})", R"({"status": 404})",
                            R"({"body": "{\"status\": \"ready\"", "length": 99})", R"({"json": {"status": "ready"}})"}) {
    INFO(fault);
    const std::string twice = std::string(fault) + ", " + fault;
    Played it(statuses(twice + R"(, {"json": {"status": "ready", "downloadUrl": "https://b/r"}})"));
    CHECK(it.link() == "https://b/r");
    CHECK(it.time.slept == std::vector<double>{2, 2});
  }
}

TEST_CASE("wait: what does not pass ends with the query's id") {
  Played gone(statuses(R"({"status": 404, "json": {"error": "no query"}})"));
  const Waited forgotten = gone.calls.wait("mq-0001", gone.job);
  REQUIRE(std::holds_alternative<Forgotten>(forgotten));
  CHECK_THAT(std::get<Forgotten>(forgotten).reason, Contains("waiting for query 'mq-0001' at " + gone.server.api() + ": status 404: no query, after 3 attempts"));
  CHECK(gone.time.total() < 30);

  Played page(statuses(R"({"html": true})"));
  Error error = page.wait_error();
  CHECK(error.kind() == ErrorKind::model);
  CHECK_THAT(error.message(), Contains("the status of a query is no JSON: '<html>") && Contains("after 4 attempts"));

  Played key(statuses(R"({"status": 401, "body": "canary-5f3a"})"));
  CHECK_THAT(key.wait_error().message(), Contains("status 401: ***"));
  CHECK(key.server.log().size() == 1);

  Played down(statuses(R"({"status": 503})"));
  error = down.wait_error();
  CHECK(error.kind() == ErrorKind::network);
  CHECK_THAT(error.message(), Contains("waiting for query 'mq-0001'") && Contains("status 503, after "));
  CHECK(down.time.total() > 800);
}

TEST_CASE("wait: the limit ends the waiting and not the query") {
  Played it(statuses(R"({"json": {"status": "queued"}})"), [](ApiSettings& all) { all.poll.limit_seconds = 60; });
  const Error error = it.wait_error();
  CHECK(error.kind() == ErrorKind::pending);
  CHECK(error.message() == "query 'mq-0001' at " + it.server.api() + " is still 'queued' after 60 s");
  CHECK(error.hint() == "it goes on there: gemflow resume JOURNAL waits for it again, and pays nothing twice");
}

TEST_CASE("download: what breaks off begins anew") {
  for (const char* fault : {R"({"body": "{\"outputs\": []}", "cut": 6})", R"({"body": "{\"outputs\": []}", "cut": 6, "by": "rst"})",
                            R"({"body": "{\"outputs\": []}", "length": 40})", R"({"body": "{\"outputs\": [", "length": "none"})",
                            R"({"body": "{\"a\": \"]}", "length": "none"})", R"({"body": ""})", R"({"status": 503})"}) {
    INFO(fault);
    Played it(downloads(std::string(fault) + R"(, {"body": "{\"outputs\": []}"})"));
    KeptResult sink;
    CHECK(it.calls.download(it.server.other() + "/r?Signature=s", sink, it.job) == Download::done);
    CHECK(sink.text == R"({"outputs": []})");
    CHECK(sink.n_restarts == 1);
  }
}

TEST_CASE("download: an expired link, and a fresh one") {
  for (const int status : {400, 403, 404}) {
    Played it(downloads(fmt::format(R"({{"status": {}, "body": "<Error>expired</Error>"}})", status)));
    KeptResult sink;
    CHECK(it.calls.download(it.server.other() + "/r", sink, it.job) == (status == 404 ? Download::gone : Download::link_expired));
    CHECK(sink.text.empty());
  }
  Played it(R"({"full": {"statuses": ["ready"], "fresh": true}})");
  (void)it.submit();
  const std::string old = it.link();
  const std::string fresh = it.link();
  KeptResult sink;
  CHECK(it.calls.download(old, sink, it.job) == Download::link_expired);
  CHECK(it.calls.download(fresh, sink, it.job) == Download::done);
}

TEST_CASE("download: what is no result is said to be so") {
  Played it(downloads(R"({"html": true}, {"size": 2000})"), [](ApiSettings& all) {
    all.most_result_bytes = 1000;
    all.retry.budget_seconds = 5;
  });
  KeptResult sink;
  const std::string url = it.server.other() + "/r?Signature=s";
  const Error page = error_of([&] { (void)it.calls.download(url, sink, it.job); });
  CHECK(page.kind() == ErrorKind::model);
  CHECK_THAT(page.message(), Contains("downloading a result from " + it.server.other() + ": it is no JSON, but '<html>"));
  const Error large = error_of([&] { (void)it.calls.download(url, sink, it.job); });
  CHECK(large.kind() == ErrorKind::model);
  CHECK(large.message() == "downloading a result from " + it.server.other() + ": its body is longer than 1000 bytes");
  CHECK(sink.text.empty());
}

TEST_CASE("download: a link that leads nowhere, or where none may lead") {
  Played it(downloads(R"({"body": "{}"})"));
  KeptResult sink;
  const Error file = error_of([&] { (void)it.calls.download("file:///etc/passwd", sink, it.job); });
  CHECK(file.kind() == ErrorKind::model);
  CHECK(file.message() == "the server's download link leads nowhere: 'file:///etc/passwd' is no http or https URL");

  ApiSettings settings;
  settings.base_url = "https://app.synthesize.bio";
  settings.token = Token(canary);
  ApiCalls hosted(std::move(settings));
  const auto refused = [&](const std::string& url) {
    const Error error = error_of([&] { (void)hosted.download(url, sink, it.job); });
    CHECK(error.kind() == ErrorKind::model);
    return Played::secretless(error.message());
  };
  CHECK(refused(it.server.other() + "/r?Signature=s") ==
        fmt::format("downloading a result from {0}: {0} is not https", it.server.other()));
  CHECK(refused("https://169.254.169.254/latest/meta-data") ==
        "downloading a result from https://169.254.169.254: https://169.254.169.254 is not on the public internet");
  CHECK(it.server.log().empty());
}

TEST_CASE("fetch: lists and examples are asked for again, and refusals are told") {
  Played it(R"({"paths": {"GET /api/models": [{"status": 500}, {"close": "after"}, {"json": [{"id": "a"}]}],
                          "GET /api/models/a/example-query": [{"status": 302, "headers": {"Location": "{other}/e"}}],
                          "GET /api/models/b/example-query": [{"status": 403, "json": {"detail": "canary-5f3a"}}]},
                "other": {"GET /e": [{"json": {"inputs": [{"counts": [1, 2]}]}}]}})");
  CHECK(it.calls.models(it.job).front().id == "a");
  CHECK(it.server.log().size() == 3);
  CHECK(it.calls.example_query("a", it.job).n_genes == 2);
  CHECK_FALSE(it.server.log().back()["headers"].contains("authorization"));
  const Error error = error_of([&] { (void)it.calls.example_query("b", it.job); });
  CHECK(error.kind() == ErrorKind::model);
  CHECK(error.message() == "fetching the example query of 'b' at " + it.server.api() + ": status 403: ***");
  CHECK(error.hint() == "gemflow models synthesize: lists the models of this account");
}

TEST_CASE("calls: many threads share one client, and each query is charged once") {
  Played it(R"({"full": {"faults": {"submit": {"3": {"status": 503}, "5": {"status": 429, "headers": {"Retry-After": "1"}}},
                                     "status": {"2": {"status": 502}}, "download": {"4": {"body": "{\"a\": 1}", "cut": 3}}}}})");
  std::vector<std::string> results(6);
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < results.size(); ++i) {
      threads.emplace_back([&, i] {
        Job job;
        const std::string body = fmt::format(R"({{"inputs": [{{"num_samples": {}}}]}})", i + 1);
        const Submission submission = it.calls.submit("gem-1-sc", body, {}, job);
        const Waited waited = it.calls.wait(std::get<Accepted>(submission).query_id, job);
        KeptResult sink;
        if (it.calls.download(std::get<Ready>(waited).download_url, sink, job) == Download::done) results[i] = sink.text;
      });
    }
  }
  for (std::size_t i = 0; i < results.size(); ++i) CHECK(Json::parse(results[i])["outputs"].size() == i + 1);
  std::size_t n_charged = 0;
  for (const Json& entry : it.server.log("POST")) {
    if (!entry.contains("charged")) continue;
    ++n_charged;
    CHECK(entry["charged"]["times"] == 1);
  }
  CHECK(n_charged == results.size());
}

TEST_CASE("fetch: a certificate that nobody signed is not asked for again") {
  const ScriptedApi server("{}", true);
  MadeTime time;
  ApiSettings settings;
  settings.base_url = server.tls();
  settings.token = Token(canary);
  settings.pace = time.pace();
  Job job;
  ApiCalls calls(settings);
  const Error error = error_of([&] { (void)calls.models(job); });
  CHECK(error.kind() == ErrorKind::model);
  CHECK_THAT(error.message(), Contains("listing the models at " + server.tls() + ": ") && Contains("certificate"));
  CHECK(error.hint() == "--ca-bundle FILE names the certificates of a network of your own");
  CHECK(time.slept.empty());
  settings.http.ca_bundle = server.ca();
  ApiCalls trusting(settings);
  CHECK_THAT(error_of([&] { (void)trusting.models(job); }).message(), Contains("status 404: no such path: /api/models"));
}
