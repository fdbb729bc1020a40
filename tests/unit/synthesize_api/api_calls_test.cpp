// SPDX-License-Identifier: Apache-2.0
#include "synthesize_api/client/api_calls.hpp"

#include <functional>
#include <mutex>
#include <numeric>
#include <thread>

#include <fmt/format.h>

#include "support/catch.hpp"
#include "support/expect_error.hpp"
#include "support/scripted_api.hpp"

using namespace gemflow;
using namespace gemflow::synthesize_api;
using Catch::Matchers::Contains;
using test::ScriptedApi;
using Json = nlohmann::json;

namespace {

const std::string canary = "canary-5f3a";
const std::string query = R"({"inputs":[{"metadata":{"sex":"male"},"num_samples":2}],"seed":7})";

/// A clock that only sleeping moves: no test waits.
struct MadeTime {
  std::mutex mutex;
  double now = 0;
  std::vector<double> slept;

  Pace pace() {
    return {[this] {
              const std::lock_guard lock(mutex);
              return now;
            },
            [] { return 0.5; },
            [this](double seconds, const std::stop_token&) {
              const std::lock_guard lock(mutex);
              slept.push_back(seconds);
              now += seconds;
            },
            [] { return 784111777.0; }};
  }
  [[nodiscard]] double total() const { return std::accumulate(slept.begin(), slept.end(), 0.0); }
};

struct KeptResult final : DownloadSink {
  void write(std::string_view bytes) override { text.append(bytes); }
  void restart() override {
    text.clear();
    ++n_restarts;
  }
  std::string text;
  int n_restarts = 0;
};

/// A server that plays a script, and a client of it.
struct Played {
  explicit Played(const std::string& script, const std::function<void(ApiSettings&)>& change = {})
      : server(script), calls(settings(change)) {}

  ApiSettings settings(const std::function<void(ApiSettings&)>& change) {
    ApiSettings all;
    all.base_url = server.api();
    all.token = Token(canary);
    all.pace = time.pace();
    all.http.slow_limit = all.http.slow_post_limit = std::chrono::seconds(1);
    if (change) change(all);
    return all;
  }

  Submission submit(std::string_view body = query) { return calls.submit("gem-1-sc", body, "chunk-1", job); }
  std::string unknown() {
    const Submission submission = submit();
    REQUIRE(std::holds_alternative<Unknown>(submission));
    return secretless(std::get<Unknown>(submission).reason);
  }
  Error refusal() {
    const Error error = error_of([&] { (void)submit(); });
    secretless(error.message() + error.hint());
    return error;
  }
  std::string link(std::string_view id = "mq-0001") { return std::get<Ready>(calls.wait(id, job)).download_url; }
  Error wait_error() {
    const Error error = error_of([&] { (void)calls.wait("mq-0001", job); });
    secretless(error.message() + error.hint());
    return error;
  }
  [[nodiscard]] std::size_t n_posts() const { return server.log("POST").size(); }

  static std::string secretless(const std::string& text) {
    CHECK(text.find(canary) == text.npos);
    CHECK(text.find("Signature=s") == text.npos);
    return text;
  }

  ScriptedApi server;
  MadeTime time;
  Job job;
  ApiCalls calls;
};

/// A script whose POSTs are answered so, one after the other.
std::string posts(const std::string& behaviours) {
  return R"({"paths": {"POST /api/models/gem-1-sc/predict": [)" + behaviours + R"(, {"json": {"modelQueryId": "mq-0001"}}]}})";
}
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

TEST_CASE("submit: what the server has surely not taken is sent again") {
  for (const int status : {425, 429, 503}) {
    Played it(posts(fmt::format(R"({{"status": {}}}, {{"status": {}}})", status, status)));
    CHECK(std::holds_alternative<Accepted>(it.submit()));
    CHECK(it.n_posts() == 3);
    CHECK(it.time.slept == std::vector<double>{0.25, 0.5});
  }
}

TEST_CASE("submit: a lost answer is unknown, and the query is charged once") {
  for (const char* fault : {R"({"close": "after"})", R"({"close": "after", "by": "rst"})", R"({"delay": 5})"}) {
    std::string charged(fault);
    charged.insert(1, R"("charge": true, )");
    Played it(R"({"full": {"faults": {"submit": {"1": )" + charged + "}}}}", [](ApiSettings& all) { all.http.slow_bytes_a_second = 100'000; });
    CHECK_FALSE(it.unknown().empty());
    REQUIRE(it.n_posts() == 1);
    CHECK(it.server.log("POST").at(0)["charged"]["times"] == 1);
  }
}

TEST_CASE("submit: answers that leave it open") {
  for (const int status : {408, 500, 502, 504}) {
    Played it(posts(fmt::format(R"({{"status": {}, "json": {{"error": "upstream canary-5f3a"}}}})", status)));
    CHECK(it.unknown() == fmt::format("status {}: upstream ***", status));
    CHECK(it.n_posts() == 1);
    CHECK(it.time.slept.empty());
  }
  Played page(posts(R"({"html": true, "headers": {"X": "canary-5f3a"}})"));
  CHECK_THAT(page.unknown(), Contains("the answer to a submitted query is no JSON: '<html>"));
  Played empty(posts(R"({"body": "{}"})"));
  CHECK(empty.unknown() == "the answer to a submitted query has no 'modelQueryId': '{}'");
  Played cut(posts(R"({"body": "{\"modelQueryId\": \"mq-1\"}", "cut": 9})"));
  CHECK_FALSE(cut.unknown().empty());
  CHECK(page.n_posts() + empty.n_posts() + cut.n_posts() == 3);
}

TEST_CASE("submit: refusals are told once, with the server's words") {
  struct Row {
    std::string behaviour;
    ErrorKind kind;
    std::string words;
  };
  const std::vector<Row> rows{
      {R"({"status": 401, "body": "bad key: Bearer canary-5f3a"})", ErrorKind::model, "status 401: bad key: Bearer ***"},
      {R"({"status": 402, "json": {"message": "pay"}})", ErrorKind::quota, "status 402: pay"},
      {R"({"status": 403, "json": {"message": "not yours"}})", ErrorKind::model, "status 403: not yours"},
      {R"({"status": 403, "json": {"detail": "monthly limit"}})", ErrorKind::quota, "status 403: monthly limit"},
      {R"({"status": 404, "json": {"error": "no model"}})", ErrorKind::model, "status 404: no model"},
      {R"({"status": 400, "html": true})", ErrorKind::model, "status 400: <html>"},
      {R"({"status": 422, "json": {"error": "Invalid", "errors": [{"path": "inputs[0].age", "message": "no", "code": "x"}]}})",
       ErrorKind::model, "status 422: Invalid; inputs[0].age: no"},
      {R"({"status": 307, "headers": {"Location": "{other}/x?Signature=s"}})", ErrorKind::model,
       "status 307, a redirect, which is not followed here"},
      {R"({"status": 418})", ErrorKind::model, "status 418"}};
  for (const Row& row : rows) {
    Played it(posts(row.behaviour));
    const Error error = it.refusal();
    CHECK(error.kind() == row.kind);
    CHECK_THAT(error.message(), Contains("submitting to 'gem-1-sc' at " + it.server.api() + ": " + row.words));
    CHECK(it.n_posts() == 1);
  }
  CHECK(std::holds_alternative<TooLarge>(Played(posts(R"({"status": 413})")).submit()));
}

TEST_CASE("submit: a refusal that comes before a large body is heard") {
  Played it(posts(R"({"status": 413, "early": true})"));
  CHECK(std::holds_alternative<TooLarge>(it.submit(R"({"x": ")" + std::string(3'000'000, 'x') + "\"}")));
  CHECK(it.server.log().at(0)["length"] == 0);
}

TEST_CASE("submit: a quota that does not pass is told as one") {
  Played it(posts(R"({"status": 429, "body": "free limit reached"}, {"status": 429, "body": "free limit reached"},
                     {"status": 429, "body": "free limit reached"}, {"status": 429, "body": "free limit reached"})"));
  const Error error = it.refusal();
  CHECK(error.kind() == ErrorKind::quota);
  CHECK_THAT(error.message(), Contains("status 429: free limit reached, after 4 attempts"));
  CHECK(error.hint() == "wait until the account's limit is renewed, then run the same command again");
}

TEST_CASE("submit: a server that stays away is given up after the budget") {
  Played it(posts(R"({"json": 1})"), [](ApiSettings& all) {
    all.base_url = "http://127.0.0.1:1";
    all.retry.budget_seconds = 100;
  });
  const Error error = it.refusal();
  CHECK(error.kind() == ErrorKind::network);
  CHECK_THAT(error.message(), Contains("submitting to 'gem-1-sc' at http://127.0.0.1:1: ") && Contains(" attempts"));
  CHECK(error.hint() == "run the same command again");
  CHECK(it.time.total() <= 100);
  CHECK(it.time.total() > 60);
}

TEST_CASE("submit: Retry-After is obeyed by all calls to the host, up to a bound") {
  Played it(R"({"paths": {"POST /api/models/gem-1-sc/predict": [
        {"status": 429, "headers": {"Retry-After": "40"}}, {"json": {"modelQueryId": 7}},
        {"status": 503, "headers": {"Retry-After": "Sun, 06 Nov 1994 08:50:37 GMT"}}, {"json": {"modelQueryId": 8}},
        {"status": 429, "headers": {"Retry-After": "86400"}}, {"json": {"modelQueryId": 9}}]}})");
  CHECK(std::get<Accepted>(it.submit()).query_id == "7");
  CHECK(it.time.slept == std::vector<double>{40});
  CHECK(RateGate::of(it.calls.host())->opens_at() == 40);
  CHECK(std::get<Accepted>(it.submit()).query_id == "8");
  CHECK(it.time.slept == std::vector<double>{40, 60});
  CHECK(std::get<Accepted>(it.submit()).query_id == "9");
  CHECK(it.time.slept.back() == 300);
  RateGate::of(it.calls.host())->close_until(it.time.now + 5);
  CHECK(std::get<Accepted>(it.submit()).query_id == "9");
  CHECK(it.time.slept.back() == 5.5);
}

TEST_CASE("a stop is obeyed before a submission, and never loses one silently") {
  Played it(posts(R"({"status": 503})"));
  std::stop_source source;
  it.job.stop = source.get_token();
  source.request_stop();
  CHECK(error_of([&] { (void)it.submit(); }).kind() == ErrorKind::interrupted);
  CHECK(it.n_posts() == 0);

  Played slow(posts(R"({"delay": 30})"), [](ApiSettings& all) {
    all.http.stop_grace = std::chrono::milliseconds(1);
    all.http.slow_post_limit = std::chrono::seconds(60);
  });
  std::stop_source later;
  slow.job.stop = later.get_token();
  const std::jthread stopper([&] {
    while (slow.n_posts() == 0) std::this_thread::sleep_for(std::chrono::milliseconds(50));
    later.request_stop();
  });
  CHECK(slow.unknown() == "stopped before its answer came, as asked");
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
  Error error = gone.wait_error();
  CHECK(error.kind() == ErrorKind::model);
  CHECK_THAT(error.message(), Contains("waiting for query 'mq-0001' at " + gone.server.api() + ": status 404: no query, after 3 attempts"));
  CHECK(gone.time.total() < 30);

  Played page(statuses(R"({"html": true})"));
  error = page.wait_error();
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
    CHECK(it.calls.download(it.server.other() + "/r", sink, it.job) == Download::link_expired);
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
