// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>

#include "gemflow/serve.hpp"
#include "synthesize_api/server/connections.hpp"
#include "synthesize_api/server/listening.hpp"
#include "synthesize_api/server/site.hpp"

struct MHD_Daemon;
struct MHD_Connection;

namespace gemflow::synthesize_api {

/// HTTP in front of a site: a thread a connection, bodies spooled to `scratch`, limits and time-outs. What is no HTTP, or
/// has a head beyond 64 KiB, is answered by the library below, in HTML; all else by the site or here, in JSON.
class HttpServer {
 public:
  /// The site must outlive it. Throws std::system_error where no thread can be had.
  HttpServer(Listening& listening, const ServeLimits& limits, std::filesystem::path scratch, Site& site);
  /// Closes all connections and waits for their threads.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

 private:
  struct Exchange;
  friend struct Callbacks;

  [[nodiscard]] Exchange* begin(MHD_Connection* raw, const char* url, const char* method);
  int take_head(MHD_Connection* raw, Exchange& exchange);
  int take_bytes(Exchange& exchange, const char* bytes, std::size_t n);
  int reply(MHD_Connection* raw, Exchange& exchange);
  int send(MHD_Connection* raw, Exchange& exchange, Reply& reply);

  ServeLimits limits_;
  std::filesystem::path scratch_;
  Site* site_;
  Connections connections_;
  std::atomic<std::uint64_t> bodies_bytes_{0};
  MHD_Daemon* daemon_ = nullptr;
};

}  // namespace gemflow::synthesize_api
