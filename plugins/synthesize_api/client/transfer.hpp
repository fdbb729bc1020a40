// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <mutex>
#include <stop_token>
#include <vector>

#include <curl/curl.h>

#include "synthesize_api/client/http.hpp"

namespace gemflow::synthesize_api {

/// libcurl's handles, each with the connections that it keeps. Thread-safe.
class HandlePool {
 public:
  using Handle = std::unique_ptr<CURL, decltype(&curl_easy_cleanup)>;

  /// Sets libcurl up, once in a process.
  HandlePool();
  /// One that waits, or a new one.
  [[nodiscard]] Handle take();
  void give_back(Handle handle);

 private:
  std::mutex mutex_;
  std::vector<Handle> idle_;
};

/// What is allowed for one transfer.
struct TransferRules {
  bool with_token = false;
  bool public_only = false;    ///< to an address that is not public nothing is sent
  bool without_proxy = false;
};

struct TransferOrder {
  const HttpRequest& request;
  TransferRules rules;
  const HttpSettings& settings;
  const Token& token;
};

/// One request on one connection; redirects are told, not followed.
[[nodiscard]] HttpReply run_transfer(HandlePool& pool, const TransferOrder& order, const std::stop_token& stop);

}  // namespace gemflow::synthesize_api
