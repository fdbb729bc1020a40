// SPDX-License-Identifier: Apache-2.0
#include "synthesize_api/client/http.hpp"

#include <functional>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "environment.hpp"
#include "gemflow/core/version.hpp"
#include "support/catch.hpp"
#include "support/expect_error.hpp"
#include "support/scripted_api.hpp"

using namespace gemflow;
using namespace gemflow::synthesize_api;
using Catch::Matchers::Contains;
using test::ScriptedApi;
using test::WithVariable;
using Json = nlohmann::json;

namespace {

const std::string canary = "canary-5f3a";

/// A script for the API's own paths.
std::string api_paths(const std::string& paths) { return R"({"paths": {)" + paths + "}}"; }

/// A client of the server's API with a key.
struct Client {
  explicit Client(const std::string& base, HttpSettings settings = {}, const std::string& key = canary)
      : base_url(base), http(origin_of(base), Token(key), std::move(settings)) {}

  HttpReply fetch(const std::string& path = "/x") { return http.send({base_url + path}, stop.get_token()); }
  HttpReply post(std::string_view body = "{}", const std::string& path = "/x") {
    return http.send({base_url + path, true, body, "key-1"}, stop.get_token());
  }

  std::string base_url;
  std::stop_source stop;
  Http http;
};

Client impatient(const std::string& base) {
  HttpSettings settings;
  settings.slow_limit = settings.slow_post_limit = std::chrono::seconds(1);
  settings.slow_bytes_a_second = 100'000;
  return Client(base, settings);
}

}  // namespace

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

TEST_CASE("http: a GET follows redirects, with the key to the API alone") {
  const ScriptedApi server(R"({
    "paths": {"GET /x": [{"status": 302, "headers": {"Location": "/y"}}],
              "GET /y": [{"status": 307, "headers": {"Location": "{other}/z"}}]},
    "other": {"GET /z": [{"body": "there"}]}})");
  Client client(server.api());
  CHECK(client.fetch().body == "there");
  const auto seen = server.log();
  REQUIRE(seen.size() == 3);
  CHECK(seen[1]["headers"].contains("authorization"));
  CHECK(seen[2]["port"] == "other");
  CHECK_FALSE(seen[2]["headers"].contains("authorization"));
}

TEST_CASE("http: five redirects and no more, never away from https, never to another scheme") {
  const ScriptedApi server(api_paths(R"(
    "GET /loop": [{"status": 301, "headers": {"Location": "/loop"}}],
    "GET /file": [{"status": 302, "headers": {"Location": "file:///etc/passwd"}}],
    "GET /down": [{"status": 302, "headers": {"Location": "{api}/x"}}],
    "GET /x": [{"body": "plain"}])"), true);
  Client client(server.api());
  const HttpReply loop = client.fetch("/loop");
  CHECK(loop.is_refused);
  CHECK(loop.fault == server.api() + " redirects more than 5 times");
  CHECK(server.log().size() == 6);
  CHECK(client.fetch("/file").is_refused);
  CHECK(client.fetch("/file").fault == "'file:///etc/passwd' is no http or https URL");

  HttpSettings settings;
  settings.ca_bundle = server.ca();
  Client safe(server.tls(), settings);
  CHECK(safe.fetch("/x").body == "plain");
  const HttpReply down = safe.fetch("/down");
  CHECK(down.is_refused);
  CHECK(down.fault == server.api() + " is not https");
}

TEST_CASE("http: a POST is never redirected") {
  for (const int status : {301, 302, 303, 307, 308}) {
    const ScriptedApi server(api_paths(fmt::format(R"("POST /x": [{{"status": {}, "headers": {{"Location": "{{other}}/y"}}}}])", status)));
    Client client(server.api());
    const HttpReply reply = client.post();
    CHECK(reply.status == status);
    CHECK(reply.redirect == server.other() + "/y");
    CHECK(server.log().size() == 1);
  }
}

TEST_CASE("http: a download has no key, and a 400 would say so") {
  const ScriptedApi server(R"({"other": {"GET /r": [{"body": "{}"}]}})");
  Client client(server.api());
  const HttpReply reply = client.http.download({server.other() + "/r?X-Amz-Signature=s"}, {});
  CHECK(reply.status == 200);
  CHECK_FALSE(server.log().at(0)["headers"].contains("authorization"));
  CHECK(client.http.send({server.other() + "/r"}, {}).status == 200);  // another origin than the API's: no key either
}

TEST_CASE("http: a download from a public API leads to https and public addresses") {
  const ScriptedApi server("{}", true);
  HttpSettings settings;
  settings.ca_bundle = server.ca();
  Http http(origin_of("https://app.synthesize.bio"), Token(canary), settings);
  const auto fault = [&](const std::string& url) {
    const HttpReply reply = http.download({url}, {});
    CHECK(reply.is_refused);
    CHECK(reply.delivery == Delivery::not_sent);
    return reply.fault;
  };
  const std::string port = std::to_string(server.port("tls"));
  CHECK(fault("http://example.org/r") == "http://example.org is not https");
  CHECK(fault(server.tls()) == server.tls() + " is not on the public internet");
  CHECK(fault("https://169.254.169.254/x") == "https://169.254.169.254 is not on the public internet");
  CHECK(fault("https://[fd00::1]/") == "https://[fd00::1] is not on the public internet");
  CHECK(fault("https://0x7f000001:" + port) == server.tls() + " is not on the public internet");
  CHECK_THAT(fault("https://localhost:" + port), Contains("is not on the public internet"));
  CHECK(server.log().empty());

  settings.allow_private_downloads = true;
  Http at_home(origin_of("https://app.synthesize.bio"), Token(canary), settings);
  CHECK(at_home.download({server.tls() + "/r"}, {}).status == 404);
}

TEST_CASE("http: a name that leads to a private address is found out before anything is sent") {
  const ScriptedApi server("{}", true);
  HttpSettings settings;
  settings.ca_bundle = server.ca();
  Http http(origin_of("https://app.synthesize.bio"), Token(canary), settings);
  const HttpReply reply = http.download({"https://api.localhost:" + std::to_string(server.port("tls")) + "/r"}, {});
  CHECK(reply.is_refused);
  CHECK(reply.delivery == Delivery::not_sent);
  CHECK(reply.fault == "its address 127.0.0.1 is not on the public internet");
  CHECK(server.log().empty());
}

TEST_CASE("http: a key goes over http to this machine only") {
  const Error error = error_of([] { const Client client("http://api.example"); });
  CHECK(error.kind() == ErrorKind::usage);
  CHECK(error.message() == "a key is not sent over http to http://api.example, which is another machine");
  CHECK_NOTHROW(Client("http://api.example", {}, ""));
  CHECK_NOTHROW(Client("http://127.0.0.1:1"));
  CHECK_NOTHROW(Client("https://api.example"));
}

TEST_CASE("http: offline, nothing is even set up") {
  const WithVariable offline("GEMFLOW_OFFLINE", "1");
  CHECK(error_of([] { const Client client("http://127.0.0.1:1"); }).kind() == ErrorKind::unsupported);
}

TEST_CASE("http: the bundle of certificates comes from the option, then from the environment") {
  const ScriptedApi server(api_paths(R"("GET /x": [{"body": "safe"}])"), true);
  CHECK(Client(server.tls()).fetch().is_refused);
  HttpSettings settings;
  settings.ca_bundle = server.ca();
  CHECK(Client(server.tls(), settings).fetch().body == "safe");
  const WithVariable curls("CURL_CA_BUNDLE", server.ca());
  CHECK(Client(server.tls()).fetch().body == "safe");
  const test::TempFolder folder;
  const WithVariable usual("SSL_CERT_FILE", (folder / "none").string());
  const Error error = error_of([&] { const Client client(server.tls()); });
  CHECK(error.message() == "the certificates' file '" + (folder / "none").string() + "' is no file");
  CHECK(error.kind() == ErrorKind::input);
  CHECK(Client(server.tls(), settings).fetch().body == "safe");
}

TEST_CASE("http: proxies as the usual variables say, and without the key where it would be read") {
  const ScriptedApi server(R"({
    "paths": {"GET /x": [{"body": "direct"}]},
    "proxy": {"GET http://api.invalid/x": [{"body": "through"}], "POST http://api.invalid/x": [{"status": 504, "html": true}]}})",
                           true);
  const WithVariable plain("http_proxy", server.proxy());
  const WithVariable secure("https_proxy", server.proxy());
  CHECK(Client("http://api.invalid", {}, "").fetch().body == "through");
  CHECK(Client("http://api.invalid", {}, "").post().status == 504);
  CHECK(server.log().size() == 2);
  CHECK(Client(server.api()).fetch().body == "direct");  // http to this machine: the key would be read by the proxy
  CHECK(server.log("GET").back()["port"] == "api");

  HttpSettings settings;
  settings.ca_bundle = server.ca();
  CHECK(Client(server.tls(), settings).fetch().body == "direct");
  const auto tunnel = server.log("CONNECT");
  REQUIRE(tunnel.size() == 1);
  CHECK_FALSE(tunnel[0]["headers"].contains("authorization"));
  CHECK(server.log("GET").back()["headers"]["authorization"] == "Bearer " + canary);

  const WithVariable direct("no_proxy", "api.invalid,127.0.0.1");
  CHECK(Client("http://api.invalid", {}, "").fetch().delivery == Delivery::not_sent);
  CHECK(Client(server.tls(), settings).fetch().body == "direct");
  CHECK(server.log("CONNECT").size() == 1);
}

TEST_CASE("http: a proxy that refuses the tunnel has sent nothing on") {
  const ScriptedApi server(R"({"proxy": {"CONNECT *": [{"status": 502, "html": true}, {"close": "after"}]}})", true);
  const WithVariable secure("https_proxy", server.proxy());
  Client client(server.tls());
  for (int i = 0; i < 2; ++i) {
    const HttpReply reply = client.post();
    CHECK(reply.delivery == Delivery::not_sent);
    CHECK(reply.status == 0);
  }
  CHECK(server.log("CONNECT").size() == 2);
}

TEST_CASE("http: a home folder's netrc is not read") {
  const ScriptedApi server(api_paths(R"("GET /x": [{"body": "1"}])"));
  const test::TempFolder home;
  home.file(".netrc", "machine 127.0.0.1 login me password pw\n");
  const WithVariable folder("HOME", home.path().string());
  (void)Client(server.api()).fetch();
  (void)Client(server.api(), {}, "").fetch();
  const auto seen = server.log();
  CHECK(seen.at(0)["headers"]["authorization"] == "Bearer " + canary);
  CHECK_FALSE(seen.at(1)["headers"].contains("authorization"));
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
