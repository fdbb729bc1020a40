// SPDX-License-Identifier: Apache-2.0
#include "synthesize_api/client/http.hpp"

#include <fmt/format.h>

#include "environment.hpp"
#include "http_client.hpp"
#include "support/catch.hpp"
#include "support/expect_error.hpp"

using namespace gemflow;
using namespace gemflow::synthesize_api;
using namespace gemflow::synthesize_api::test;
using Catch::Matchers::Contains;
using gemflow::test::TempFolder;
using gemflow::test::WithVariable;

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
  const TempFolder folder;
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
  const TempFolder home;
  home.file(".netrc", "machine 127.0.0.1 login me password pw\n");
  const WithVariable folder("HOME", home.path().string());
  (void)Client(server.api()).fetch();
  (void)Client(server.api(), {}, "").fetch();
  const auto seen = server.log();
  CHECK(seen.at(0)["headers"]["authorization"] == "Bearer " + canary);
  CHECK_FALSE(seen.at(1)["headers"].contains("authorization"));
}
