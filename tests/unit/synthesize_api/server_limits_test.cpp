// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"
#include "support/served.hpp"
#include "support/toy_model.hpp"

using namespace gemflow;
using namespace gemflow::test;
using Json = nlohmann::json;

namespace {

ServeOptions options_of(Model& model) {
  ServeOptions options;
  options.models = own_ids(model);
  return options;
}

const std::string one_sample = R"({"seed": 1, "inputs": [{"metadata": {}, "num_samples": 1}]})";

/// The refusal's sentence; an answer that is no JSON fails the test.
std::string error_in(const HttpAnswer& answer) {
  CHECK(answer.headers.at("content-type") == "application/json");
  return Json::parse(answer.body).at("error").get<std::string>();
}

std::string post_head(const Served& server, const std::string& more) {
  return "POST /api/models/toy/predict HTTP/1.1\r\nHost: " + server.client.host() +
         "\r\nAuthorization: Bearer a-key\r\nContent-Type: application/json\r\nConnection: close\r\n" + more + "\r\n";
}

HttpAnswer send_raw(const Served& server, const std::string& bytes) {
  const RawClient client(server.client.port);
  static_cast<void>(client.send(bytes));
  return client.read_answer();
}

}  // namespace

TEST_CASE("who has not the key is told so, as JSON") {
  const Served server(options_of(toy_model()));
  const std::string host = server.client.host();
  const HttpAnswer none = server.client.ask("GET", "/api/models", {{"Host", host}});
  CHECK(none.status == 401);
  CHECK(none.headers.at("www-authenticate") == "Bearer");
  CHECK(error_in(none) == "a key is missing: Authorization: Bearer <key>");
  for (const char* wrong : {"Bearer b-key", "Bearer a-ke", "Bearer a-key2", "Bearer ", "Basic OmEta2V5", "a-key"}) {
    const HttpAnswer answer = server.client.ask("GET", "/api/models", {{"Host", host}, {"Authorization", wrong}});
    CHECK(answer.status == 401);
    CHECK(error_in(answer) == "the key is not this server's");
  }
  CHECK(server.client.ask("POST", "/api/models/toy/predict", {{"Host", host}, {"Content-Type", "application/json"}}, one_sample).status == 401);
}

TEST_CASE("what is not there, and what is asked in the wrong way") {
  const Served server(options_of(toy_model()));
  const HttpAnswer model = server.client.get("/api/models/toi/example-query");
  CHECK(model.status == 404);
  CHECK(error_in(model) == "there is no model 'toi' here: did you mean 'toy'?");
  for (const char* path : {"/api", "/api/models/toy", "/api/models/toy/predict/x", "/api/models/..%2f..%2fetc/example-query",
                           "/api/model-queries/0/status", "/nothing", "/download"}) {
    CHECK(server.client.get(path).status == 404);
  }
  const HttpAnswer wrong = server.client.get("/api/models/toy/predict");
  CHECK(wrong.status == 405);
  CHECK(wrong.headers.at("allow") == "POST");
  CHECK(error_in(wrong) == "'/api/models/toy/predict' takes POST, not GET");
  CHECK(server.client.post("/api/models", one_sample).headers.at("allow") == "GET, HEAD");
  CHECK(server.client.ask("DELETE", "/api/models", server.client.usual()).status == 405);
  const HttpAnswer form = server.client.ask("POST", "/api/models/toy/predict", server.client.usual(), one_sample);
  CHECK(form.status == 415);
  CHECK(error_in(form) == "a query is application/json, not ''");
  const HttpAnswer head = server.client.ask("HEAD", "/api/models", server.client.usual());
  CHECK(head.status == 200);
  CHECK(head.body.empty());
}

TEST_CASE("a body that is no query is refused with the field") {
  const Served server(options_of(toy_model()));
  const auto faults_of = [&](const std::string& id, const std::string& body) {
    const HttpAnswer answer = server.client.post("/api/models/" + id + "/predict", body);
    CHECK(answer.status == 422);
    CHECK(error_in(answer) == "Invalid request");
    return Json::parse(answer.body).at("errors").at(0);
  };
  const Json negative = faults_of("toy_predict-metadata", R"({"inputs": [{"counts": [1, -3]}]})");
  CHECK(negative.at("path") == "inputs[0].counts[1]");
  CHECK(negative.at("code") == "invalid");
  CHECK(negative.at("message").get<std::string>().find("-3") != std::string::npos);
  CHECK(faults_of("toy_predict-metadata", R"({"inputs": [{"counts": [1, 2]}]})").at("path") == "inputs[0].counts");
  CHECK(faults_of("toy", R"({"inputs": [{"metadata": {}}], "sampling_strategy": "guess"})").at("path") == "sampling_strategy");
  CHECK(faults_of("toy", "{}").at("path") == "inputs");
  CHECK(faults_of("toy", "<html>").at("path").get<std::string>().empty());
  CHECK(faults_of("toy", R"({"inputs": [)").at("path").get<std::string>().empty());
  const Json deep = faults_of("toy", "{\"x\": " + std::string(100'000, '['));
  CHECK(deep.at("message").get<std::string>().find("nested more than") != std::string::npos);
}

TEST_CASE("a body that is too large is refused, whether it says so before or not") {
  ServeOptions options = options_of(toy_model());
  options.limits.body_bytes = 1000;
  const Served server(options);
  const HttpAnswer said = server.client.post("/api/models/toy/predict", std::string(3000, ' '));
  CHECK(said.status == 413);
  CHECK(error_in(said) == "a query has at most 1000 bytes, not 3000: ask in several");
  const HttpAnswer unsaid = send_raw(server, post_head(server, "Transfer-Encoding: chunked\r\n") + "7d0\r\n" +
                                                 std::string(2000, ' ') + "\r\n0\r\n\r\n");
  CHECK(unsaid.status == 413);
  CHECK(error_in(unsaid) == "a query has at most 1000 bytes: ask in several");
  // Who asks before sending is told before.
  CHECK(send_raw(server, post_head(server, "Content-Length: 100000\r\nExpect: 100-continue\r\n")).status == 413);
  CHECK(server.client.post("/api/models/toy/predict", one_sample).status == 200);
}

TEST_CASE("bodies that are sent at once are bounded together") {
  ServeOptions options = options_of(toy_model());
  options.limits.bodies_bytes = 2000;
  const Served server(options);
  const RawClient slow(server.client.port);
  REQUIRE(slow.send(post_head(server, "Content-Length: 5000\r\n") + std::string(1900, ' ')));
  HttpAnswer refused;
  do refused = server.client.post("/api/models/toy/predict", one_sample + std::string(1000, ' '));
  while (refused.status == 200);  // until the slow one's bytes have come
  CHECK(refused.status == 503);
  CHECK(refused.headers.at("retry-after") == "5");
  CHECK(error_in(refused) == "too many bytes are being sent at once");
}

TEST_CASE("one length, one Host, a head of some size") {
  ServeOptions options = options_of(toy_model());
  const Served server(options);
  const HttpAnswer twice = send_raw(server, post_head(server, "Content-Length: 5\r\nContent-Length: 50\r\n") + "{    }");
  CHECK(twice.status == 400);
  const HttpAnswer both = send_raw(server, post_head(server, "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n") + "2\r\n{}\r\n0\r\n\r\n");
  CHECK(both.status == 400);
  CHECK(error_in(both) == "a body has one length: Content-Length or chunked");
  CHECK(server.client.ask("GET", "/api/models", {{"Host", "localhost"}, {"Host", "localhost"}}).status == 400);
  ApiClient::Headers many = server.client.usual();
  many.emplace_back("X-Much", std::string(20'000, 'x'));
  const HttpAnswer large = server.client.ask("GET", "/api/models", many);
  CHECK(large.status == 431);
  CHECK(error_in(large) == "a request's head has at most 16384 bytes");
}

TEST_CASE("a page whose name was bent to this machine gets nothing") {
  ServeOptions options = options_of(toy_model());
  options.names = {"models.example.org"};
  const Served server(options);
  const auto status_at = [&](const std::string& host) {
    return server.client.ask("GET", "/api/models", {{"Host", host}, {"Authorization", "Bearer a-key"}}).status;
  };
  for (const char* own : {"localhost", "LOCALHOST:1", "127.0.0.1:80", "[::1]:8080", "10.0.0.7", "models.example.org",
                          "Models.Example.org:443"}) {
    CHECK(status_at(own) == 200);
  }
  for (const char* other : {"evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "localhost:x", "[::1", "[::1]x",
                            "127.0.0.1:8080:1"}) {
    CHECK(status_at(other) == 403);
  }
  const HttpAnswer answer = server.client.ask("GET", "/", {{"Host", "evil.example"}});
  CHECK(error_in(answer) == "this server is not called 'evil.example'; gemflow serve --allow-host lets it be");
  CHECK(server.client.get("/api/models").headers.count("access-control-allow-origin") == 0);
}

TEST_CASE("a result's address is a secret of its own, with the name that the client used, and takes no other") {
  const Served server(options_of(toy_model()));
  const std::string query = server.submit("toy", one_sample);
  static_cast<void>(server.ended(query));
  const HttpAnswer status = server.client.ask("GET", "/api/model-queries/" + query + "/status",
                                              {{"Host", "localhost:99"}, {"Authorization", "Bearer a-key"}});
  const std::string url = Json::parse(status.body).at("downloadUrl");
  CHECK(url.rfind("http://localhost:99/download/", 0) == 0);
  const std::string path = Served::path_of(url);
  const HttpAnswer refused = server.client.get(path);
  CHECK(refused.status == 400);
  CHECK(error_in(refused).find("only one way to prove who you are") == 0);
  CHECK(server.client.ask("GET", path, {{"Host", "localhost"}}).status == 200);
  const HttpAnswer other = server.client.ask("GET", "/download/" + std::string(43, 'x'), {{"Host", "localhost"}});
  CHECK(other.status == 403);
  CHECK(error_in(other) == "this address has expired, or has never been");
}

TEST_CASE("results are kept for so long, and so many") {
  ServeOptions options = options_of(toy_model());
  options.limits.results = 1;
  const Served server(options);
  const std::string first = server.submit("toy", one_sample);
  const std::string path = Served::path_of(server.ended(first).at("downloadUrl"));
  static_cast<void>(server.ended(server.submit("toy", one_sample)));
  HttpAnswer gone;
  do gone = server.client.ask("GET", path, {{"Host", "localhost"}});
  while (gone.status == 200);
  CHECK(gone.status == 403);
  const HttpAnswer forgotten = server.client.get("/api/model-queries/" + first + "/status");
  CHECK(forgotten.status == 404);
  CHECK(error_in(forgotten) == "there is no query '" + first + "'; results are kept for 3600 seconds");

  options.limits.results = 1000;
  options.limits.results_age = std::chrono::seconds(0);
  const Served forgetful(options);
  const std::string query = forgetful.submit("toy", one_sample);
  while (forgetful.client.get("/api/model-queries/" + query + "/status").status == 200) {}
  CHECK(forgetful.client.get("/api/model-queries/" + query + "/status").status == 404);
}

TEST_CASE("who comes when too many wait is told to come again") {
  GatedModel model;
  ServeOptions options = options_of(model);
  options.limits.queries = 2;
  const Served server(options);
  const std::string body = R"({"inputs": [{"counts": [1, 2]}]})";
  const std::string first = server.submit("gated_predict-metadata", body);
  static_cast<void>(server.submit("gated_predict-metadata", body));
  const HttpAnswer refused = server.client.post("/api/models/gated_predict-metadata/predict", body);
  CHECK(refused.status == 429);
  CHECK(refused.headers.at("retry-after") == "2");
  CHECK(error_in(refused) == "too many queries wait already");
  model.let(1);
  static_cast<void>(server.ended(first));
  CHECK(server.client.post("/api/models/gated_predict-metadata/predict", body).status == 200);
  model.let(9);
}

TEST_CASE("what waits is bounded in memory") {
  GatedModel model;
  const Served server(options_of(model), 40'000);
  std::string counts = "1";
  for (int i = 0; i < 500; ++i) counts += ", 1";
  const std::string body = R"({"inputs": [{"counts": [)" + counts + "]}]}";
  HttpAnswer last;
  int n_taken = 0;
  while ((last = server.client.post("/api/models/gated_predict-metadata/predict", body)).status == 200) ++n_taken;
  CHECK(n_taken == 1);
  CHECK(last.status == 503);
  CHECK(last.headers.at("retry-after") == "2");
  CHECK(error_in(last) == "the queries that wait hold all the memory there is for them");
  model.let(9);
}

TEST_CASE("who is slow on purpose is cut off, and who is honest is answered meanwhile") {
  ServeOptions options = options_of(toy_model());
  options.limits.headers_time = std::chrono::seconds(1);
  options.limits.idle_time = std::chrono::seconds(1);
  options.limits.connections = 8;
  const Served server(options);
  std::vector<std::unique_ptr<RawClient>> slow;
  for (int i = 0; i < 20; ++i) {
    slow.push_back(std::make_unique<RawClient>(server.client.port));
    static_cast<void>(slow.back()->send("GET /api/models HTTP/1.1\r\nHost: "));
  }
  CHECK(server.client.get("/api/models").status == 200);
  for (const auto& one : slow) CHECK(one->read_answer().status == 0);
  CHECK(server.client.get("/api/models").status == 200);
}

TEST_CASE("a byte now and then does not keep a connection") {
  ServeOptions options = options_of(toy_model());
  options.limits.headers_time = std::chrono::seconds(1);
  const Served server(options);
  const RawClient slow(server.client.port);
  const std::string head = "GET /api/models HTTP/1.1\r\nX: ";
  bool is_cut = !slow.send(head);
  while (!is_cut) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    is_cut = !slow.send("x");
  }
  CHECK(slow.read_answer().status == 0);
}

TEST_CASE("who has closed the way to us, and waits, is answered") {
  const Served server(options_of(toy_model()));
  const RawClient client(server.client.port);
  REQUIRE(client.send(post_head(server, "Content-Length: " + std::to_string(one_sample.size()) + "\r\n") + one_sample));
  client.half_close();
  CHECK(client.read_answer().status == 200);
  const RawClient vanished(server.client.port);
  REQUIRE(vanished.send(post_head(server, "Content-Length: 1000\r\n") + one_sample));
  vanished.half_close();
  CHECK(vanished.read_answer().status != 200);
}

TEST_CASE("the page shows the models and holds nothing from elsewhere") {
  ServeOptions options;
  options.models = {stand_in(toy_model(), "gem-1-sc")};
  const Served server(options);
  static_cast<void>(server.result("gem-1-sc", one_sample));
  const HttpAnswer page = server.client.ask("GET", "/", {{"Host", "localhost"}});
  CHECK(page.status == 200);
  CHECK(page.headers.at("content-type") == "text/html; charset=utf-8");
  CHECK(page.headers.at("content-security-policy").find("default-src 'none'; style-src 'nonce-") == 0);
  CHECK(page.headers.at("x-frame-options") == "DENY");
  CHECK(page.body.find("<code>gem-1-sc</code></td><td>toy 1</td>") != std::string::npos);
  CHECK(page.body.find("<dt>ready</dt><dd>1</dd>") != std::string::npos);
  CHECK(page.body.find("http-equiv=\"refresh\"") != std::string::npos);
  for (const char* outside : {"http://", "https://", "src=", "url(", "<script"}) CHECK(page.body.find(outside) == std::string::npos);
  CHECK(page.body.find("a-key") == std::string::npos);
}
