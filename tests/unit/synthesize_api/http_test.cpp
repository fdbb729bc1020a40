// SPDX-License-Identifier: Apache-2.0
#include "synthesize_api/client/http.hpp"

#include <thread>
#include <vector>

#include "gemflow/core/version.hpp"
#include "http_client.hpp"
#include "support/catch.hpp"
#include "support/expect_error.hpp"

using namespace gemflow;
using namespace gemflow::synthesize_api;
using namespace gemflow::synthesize_api::test;
using Catch::Matchers::Contains;

TEST_CASE("http: a GET says who asks and for what, and has no body") {
  const ScriptedApi server(api_paths(R"("GET /x": [{"body": "hello"}])"));
  Client client(server.api());
  const HttpReply reply = client.fetch("/x?y=1");
  CHECK(reply.delivery == Delivery::answered);
  CHECK(reply.status == 200);
  CHECK(reply.is_whole);
  CHECK(reply.body == "hello");
  CHECK(reply.fault.empty());
  const Json seen = server.log().at(0);
  CHECK(seen["path"] == "/x?y=1");
  CHECK(seen["headers"]["user-agent"] == "gemflow/" + std::string(version));
  CHECK(seen["headers"]["accept"] == "application/json");
  CHECK(seen["headers"]["authorization"] == "Bearer " + canary);
  CHECK(seen["headers"]["accept-encoding"] == "gzip");
  CHECK_FALSE(seen["headers"].contains("content-type"));
  CHECK_FALSE(seen["headers"].contains("idempotency-key"));
}

TEST_CASE("http: a POST bears its body and its key against repetition") {
  const ScriptedApi server(api_paths(R"("POST /x": [{"status": 201}])"));
  Client client(server.api());
  const std::string large(3'000'000, 'x');  // long enough for "Expect: 100-continue"
  CHECK(client.post(large).status == 201);
  CHECK(client.post("").status == 201);
  const Json seen = server.log().at(0);
  CHECK(seen["length"] == large.size());
  CHECK(seen["headers"]["content-type"] == "application/json");
  CHECK(seen["headers"]["idempotency-key"] == "key-1");
  CHECK(server.log().at(1)["length"] == 0);
}

TEST_CASE("http: connections are kept for GETs, and new for every POST") {
  const ScriptedApi server(api_paths(R"("GET /x": [{"body": "1"}], "POST /x": [{"body": "2"}])"));
  Client client(server.api());
  (void)client.fetch();
  (void)client.fetch();
  (void)client.post();
  (void)client.post();
  const auto seen = server.log();
  REQUIRE(seen.size() == 4);
  CHECK(seen[0]["connection"] == seen[1]["connection"]);
  CHECK(seen[2]["connection"] != seen[1]["connection"]);
  CHECK(seen[3]["connection"] != seen[2]["connection"]);
}

TEST_CASE("http: a dead connection that was kept repeats a GET, and never a POST") {
  // The server answers, keeps the connection, and cuts it when the next request has been read from it.
  const ScriptedApi server(api_paths(R"(
    "GET /x": [{"body": "1", "dead": true}, {"body": "2"}],
    "GET /y": [{"body": "3", "dead": true}],
    "POST /x": [{"body": "4"}])"));
  Client client(server.api());
  CHECK(client.fetch().body == "1");
  CHECK(client.fetch().body == "2");  // libcurl's own second try: seen as "dead" first
  auto seen = server.log();
  REQUIRE(seen.size() == 3);
  CHECK(seen[1].value("dead", false));

  CHECK(client.fetch("/y").body == "3");  // its connection waits to die under the next request
  const HttpReply reply = client.post();
  CHECK(reply.body == "4");
  seen = server.log("POST");
  REQUIRE(seen.size() == 1);
  CHECK_FALSE(seen[0].value("dead", false));
}

TEST_CASE("http: nothing was sent where no connection came about") {
  const ScriptedApi server("{}", true);
  CHECK(Client("http://no-such-host.invalid", {}, "").post().delivery == Delivery::not_sent);
  Client closed("http://127.0.0.1:1");
  CHECK(closed.post().delivery == Delivery::not_sent);
  CHECK_THAT(closed.post().fault, Contains("127.0.0.1 port 1"));
  CHECK_FALSE(closed.post().is_refused);
  // Who speaks no TLS, and whose certificate nobody signed.
  Client no_tls("https://127.0.0.1:" + std::to_string(server.port("api")));
  CHECK(no_tls.post().delivery == Delivery::not_sent);
  Client unsigned_one(server.tls());
  const HttpReply reply = unsigned_one.post();
  CHECK(reply.delivery == Delivery::not_sent);
  CHECK(reply.is_refused);
  CHECK(reply.status == 0);
  CHECK(server.log().empty());
}

TEST_CASE("http: what was sent and not answered is unknown") {
  const ScriptedApi server(api_paths(R"(
    "POST /after": [{"close": "after"}],
    "POST /reset": [{"close": "after", "by": "rst"}],
    "POST /before": [{"close": "before"}],
    "POST /slow": [{"delay": 30}])"));
  Client client = impatient(server.api());
  for (const char* path : {"/after", "/reset", "/before", "/slow"}) {
    INFO(path);
    const HttpReply reply = client.post("{}", path);
    CHECK(reply.delivery == Delivery::unknown);
    CHECK(reply.status == 0);
    CHECK_FALSE(reply.is_whole);
    CHECK_FALSE(reply.fault.empty());
  }
}

TEST_CASE("http: bodies that end too early, or last too long") {
  const ScriptedApi server(api_paths(R"(
    "GET /cut": [{"body": "0123456789", "cut": 4}],
    "GET /rst": [{"body": "0123456789", "cut": 4, "by": "rst"}],
    "GET /long": [{"body": "0123456789", "length": 20}],
    "GET /open": [{"body": "0123456789", "length": "none"}],
    "GET /drip": [{"size": 100, "drip": [1, 0.2]}],
    "GET /gone": [{"status": 500, "body": "0123456789", "cut": 4}])"));
  Client client = impatient(server.api());
  for (const char* path : {"/cut", "/rst", "/long", "/drip"}) {
    INFO(path);
    const HttpReply reply = client.fetch(path);
    CHECK(reply.status == 200);
    CHECK_FALSE(reply.is_whole);
    CHECK_FALSE(reply.fault.empty());
  }
  CHECK(client.fetch("/open").is_whole);
  CHECK(client.fetch("/open").body == "0123456789");
  CHECK(client.fetch("/gone").status == 500);
  CHECK_FALSE(client.fetch("/gone").is_whole);
}

TEST_CASE("http: bodies are capped after they are unpacked, headers as well") {
  const ScriptedApi server(api_paths(R"(
    "GET /bomb": [{"size": 50000000, "gzip": true}],
    "GET /packed": [{"body": "unpacked", "gzip": true}],
    "GET /headers": [{"headers": {"X-Long": ")" + std::string(70'000, 'h') + R"("}}],
    "GET /refused": [{"status": 400, "size": 5000000}])"));
  Client client(server.api());
  CHECK(client.fetch("/packed").body == "unpacked");
  const HttpReply bomb = client.fetch("/bomb");
  CHECK(bomb.is_too_long);
  CHECK(bomb.fault == "its body is longer than 4194304 bytes");
  CHECK(bomb.body.size() <= std::size_t{4} << 20);
  const HttpReply headers = client.fetch("/headers");
  CHECK(headers.is_too_long);
  CHECK(headers.fault == "its headers are longer than 65536 bytes");
  const HttpReply refused = client.fetch("/refused");
  CHECK(refused.status == 400);
  CHECK(refused.body.size() == std::size_t{64} << 10);
}

TEST_CASE("http: a body goes to its sink, a refusal's does not, and what the sink throws comes through") {
  const ScriptedApi server(api_paths(R"("GET /x": [{"body": "abc"}], "GET /no": [{"status": 403, "body": "why"}])"));
  Client client(server.api());
  TextSink sink;
  HttpRequest request{server.api() + "/x"};
  request.sink = &sink;
  const HttpReply reply = client.http.send(request, {});
  CHECK(sink.text == "abc");
  CHECK(reply.body.empty());
  request.url = server.api() + "/no";
  CHECK(client.http.send(request, {}).body == "why");
  CHECK(sink.text == "abc");

  struct Full final : ByteSink {
    void write(std::string_view) override { throw Error(ErrorKind::io, "no space left"); }
  } full;
  request.url = server.api() + "/x";
  request.sink = &full;
  CHECK(error_of([&] { (void)client.http.send(request, {}); }).message() == "no space left");
  CHECK(client.fetch().body == "abc");
}

TEST_CASE("http: Retry-After is told") {
  const ScriptedApi server(api_paths(R"("GET /x": [{"status": 429, "headers": {"retry-AFTER": " 17 "}}, {"status": 429}])"));
  Client client(server.api());
  CHECK(client.fetch().retry_after == "17");
  CHECK(client.fetch().retry_after.empty());
}

TEST_CASE("http: a stop ends a GET, and waits a little for a POST's answer") {
  const ScriptedApi server(api_paths(R"(
    "GET /x": [{"delay": 60}],
    "POST /x": [{"delay": 2, "body": "id"}, {"delay": 60}])"));
  HttpSettings settings;
  settings.stop_grace = std::chrono::seconds(20);
  Client client(server.api(), settings);
  std::jthread stopper([&] {  // stops when the POST has been read, and before it is answered
    while (server.log("POST").empty()) std::this_thread::sleep_for(std::chrono::milliseconds(50));
    client.stop.request_stop();
  });
  const HttpReply answered = client.post();
  CHECK(answered.body == "id");
  stopper.join();
  const HttpReply fetched = client.fetch();
  CHECK(fetched.is_stopped);
  CHECK(fetched.fault == "stopped before its answer came, as asked");

  settings.stop_grace = std::chrono::milliseconds(0);
  Client hasty(server.api(), settings);
  hasty.stop.request_stop();
  const HttpReply lost = hasty.post();
  CHECK(lost.is_stopped);
}

TEST_CASE("http: many threads use one client") {
  const ScriptedApi server(api_paths(R"("GET /x": [{"body": "one"}], "POST /x": [{"body": "two"}])"));
  Client client(server.api());
  std::vector<int> good(8, 0);
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < good.size(); ++i) {
      threads.emplace_back([&, i] {
        for (int n = 0; n < 5; ++n) good[i] += client.fetch().body == "one" && client.post().body == "two" ? 1 : 0;
      });
    }
  }
  CHECK(good == std::vector<int>(8, 5));
  CHECK(server.log("POST").size() == 40);
}
