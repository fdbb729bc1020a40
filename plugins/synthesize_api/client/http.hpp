// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "synthesize_api/client/origin.hpp"
#include "synthesize_api/client/token.hpp"
#include "synthesize_api/wire/bytes.hpp"

namespace gemflow::synthesize_api {

/// Whether a request can have had an effect.
enum class Delivery {
  not_sent,  ///< no name, no connection, no TLS: the server has seen nothing of it
  unknown,   ///< sent, in part or whole, and no answer came
  answered,  ///< a status came
};

struct HttpSettings {
  std::filesystem::path ca_bundle;  ///< empty: SSL_CERT_FILE, CURL_CA_BUNDLE, libcurl's own, in this order
  std::chrono::milliseconds connect_limit{10'000};
  /// A transfer slower than this for so long is given up; there is no limit on the whole.
  long slow_bytes_a_second = 1024;
  std::chrono::seconds slow_limit{60};
  /// The same for POST, whose lost answer costs more than waiting: as long as the R client waits.
  std::chrono::seconds slow_post_limit{300};
  /// How long a POST that was sent waits for its answer after a stop was asked for: a lost id may have to be paid twice.
  std::chrono::milliseconds stop_grace{5'000};
  std::size_t most_header_bytes = std::size_t{64} << 10;
  bool allow_private_downloads = false;  ///< download links into networks that are not public
};

struct HttpRequest {
  std::string url;
  bool is_post = false;
  std::string_view body = {};         ///< JSON; POST alone
  std::string idempotency_key = {};   ///< POST alone; empty: none is sent
  ByteSink* sink = nullptr;           ///< takes the body of a 2xx, decompressed; null: it is kept in the reply
  std::size_t most_bytes = std::size_t{4} << 20;  ///< of a decompressed body; what is longer is cut off and not whole
};

struct HttpReply {
  Delivery delivery = Delivery::not_sent;
  int status = 0;            ///< 0 unless answered
  bool is_whole = false;     ///< the body came to its end
  bool is_too_long = false;  ///< it did not, because of `most_bytes` or the headers' cap
  bool is_stopped = false;   ///< it did not, because a stop was asked for
  bool is_refused = false;   ///< a rule of ours forbids it (a redirect, a private address, a bad certificate): never again
  std::string body;          ///< of what is no 2xx: the first 64 KiB
  std::string retry_after;   ///< the header's text
  std::string redirect;      ///< the URL that a 3xx names, made absolute; may be a secret
  std::string fault;         ///< why it is not whole: libcurl's or our own words, redacted
};

class HandlePool;

/// Requests over HTTP(S). Thread-safe; connections are kept for the next request. Sends nothing on its own: each call is one
/// attempt. A POST always gets a new connection, because libcurl repeats what it sent on an old one that turns out dead, and
/// is never redirected. Proxies as the usual variables say; http to this machine never goes to a proxy. No netrc.
class Http {
 public:
  /// `api` is the only origin that ever sees the token.
  /// Errors: usage (a token over http to another machine), input (the CA bundle is no file), unsupported (offline).
  Http(Origin api, Token token, HttpSettings settings);
  Http(const Http&) = delete;
  Http& operator=(const Http&) = delete;
  ~Http();

  /// To the API, with the token. A GET follows at most 5 redirects, without the token where they leave the origin.
  /// What `sink` throws passes through.
  [[nodiscard]] HttpReply send(const HttpRequest& request, const std::stop_token& stop);
  /// A link that the server named, without the token: https only, to public addresses only, unless the API itself is otherwise.
  /// (Through a proxy only addresses that are written out can be judged.)
  [[nodiscard]] HttpReply download(const HttpRequest& request, const std::stop_token& stop);

  [[nodiscard]] const Origin& api() const noexcept { return api_; }
  [[nodiscard]] const Token& token() const noexcept { return token_; }

 private:
  struct Rules;

  [[nodiscard]] HttpReply follow(HttpRequest request, const Rules& rules, const std::stop_token& stop);

  Origin api_;
  Token token_;
  HttpSettings settings_;
  std::unique_ptr<HandlePool> handles_;
};

}  // namespace gemflow::synthesize_api
