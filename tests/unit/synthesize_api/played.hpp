// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <mutex>
#include <numeric>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/expect_error.hpp"
#include "support/scripted_api.hpp"
#include "synthesize_api/client/api_calls.hpp"

namespace gemflow::synthesize_api::test {

using gemflow::test::ScriptedApi;
using Json = nlohmann::json;


inline const std::string canary = "canary-5f3a";
inline const std::string query = R"({"inputs":[{"metadata":{"sex":"male"},"num_samples":2}],"seed":7})";

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

}  // namespace gemflow::synthesize_api::test
