// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stop_token>
#include <string>
#include <utility>

#include "support/scripted_api.hpp"
#include "synthesize_api/client/http.hpp"

namespace gemflow::synthesize_api::test {

using gemflow::test::ScriptedApi;
using Json = nlohmann::json;


inline const std::string canary = "canary-5f3a";

/// A script for the API's own paths.
inline std::string api_paths(const std::string& paths) { return R"({"paths": {)" + paths + "}}"; }

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

inline Client impatient(const std::string& base) {
  HttpSettings settings;
  settings.slow_limit = settings.slow_post_limit = std::chrono::seconds(1);
  settings.slow_bytes_a_second = 100'000;
  return Client(base, settings);
}

}  // namespace gemflow::synthesize_api::test
