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

/// A script whose POSTs are answered so, one after the other.
std::string posts(const std::string& behaviours) {
  return R"({"paths": {"POST /api/models/gem-1-sc/predict": [)" + behaviours + R"(, {"json": {"modelQueryId": "mq-0001"}}]}})";
}

}  // namespace

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

TEST_CASE("submit: a Retry-After of no time is no leave to ask without a pause") {
  const std::string busy = R"({"status": 503, "headers": {"Retry-After": "0"}})";
  Played it(posts(busy + ", " + busy + R"(, {"status": 429, "headers": {"Retry-After": "Sun, 06 Nov 1994 08:49:00 GMT"}})"));
  CHECK(std::holds_alternative<Accepted>(it.submit()));
  CHECK(it.n_posts() == 4);
  CHECK(it.time.slept == std::vector<double>{0.25, 0.5, 1});
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
