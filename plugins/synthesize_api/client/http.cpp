// SPDX-License-Identifier: Apache-2.0
#include "synthesize_api/client/http.hpp"

#include <cstdlib>
#include <optional>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "gemflow/core/error.hpp"
#include "synthesize_api/client/transfer.hpp"

namespace gemflow::synthesize_api {
namespace {

constexpr int most_redirects = 5;

bool is_redirect(int status) noexcept {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/// The bundle of certificates in force; empty: libcurl's own.
std::filesystem::path bundle_of(const HttpSettings& settings) {
  if (!settings.ca_bundle.empty()) return settings.ca_bundle;
  for (const char* name : {"SSL_CERT_FILE", "CURL_CA_BUNDLE"}) {
    const char* value = std::getenv(name);
    if (value != nullptr && *value != '\0') return value;
  }
  return {};
}

bool is_proxy_set() {
  for (const char* name : {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"}) {
    const char* value = std::getenv(name);
    if (value != nullptr && *value != '\0') return true;
  }
  return false;
}

HttpReply refused(std::string fault) {
  HttpReply reply;
  reply.is_refused = true;
  reply.fault = std::move(fault);
  return reply;
}

}  // namespace

/// What one kind of call may do.
struct Http::Rules {
  bool with_token = false;
  bool https_only = false;
  bool public_only = false;
};

Http::Http(Origin api, Token token, HttpSettings settings)
    : api_(std::move(api)),
      token_(std::move(token)),
      settings_(std::move(settings)),
      handles_(std::make_unique<HandlePool>()) {
  require_network();
  if (!token_.empty() && api_.scheme != "https" && !api_.is_loopback()) {
    throw Error(ErrorKind::usage, fmt::format("a key is not sent over http to {}, which is another machine", api_.text()),
                "use https, or a tunnel: SYNTHESIZE_API_BASE_URL=http://127.0.0.1:PORT");
  }
  settings_.ca_bundle = bundle_of(settings_);
  std::error_code failed;
  if (!settings_.ca_bundle.empty() && !std::filesystem::is_regular_file(settings_.ca_bundle, failed)) {
    throw Error(ErrorKind::input, fmt::format("the certificates' file '{}' is no file", settings_.ca_bundle.string()),
                "--ca-bundle FILE, SSL_CERT_FILE and CURL_CA_BUNDLE name one, in this order");
  }
}

Http::~Http() = default;

HttpReply Http::send(const HttpRequest& request, const std::stop_token& stop) {
  return follow(request, {!token_.empty(), api_.scheme == "https", false}, stop);
}

HttpReply Http::download(const HttpRequest& request, const std::stop_token& stop) {
  const bool api_is_private = api_.is_loopback() || is_private_address(api_.host);
  return follow(request, {false, api_.scheme == "https", !settings_.allow_private_downloads && !api_is_private}, stop);
}

HttpReply Http::follow(HttpRequest request, const Rules& rules, const std::stop_token& stop) {
  bool came_by_https = false;
  for (int n = 0; n <= most_redirects; ++n) {
    std::optional<Origin> to;
    try {
      to = origin_of(request.url);
    } catch (const Error& error) {
      return refused(error.message());
    }
    const bool needs_https = rules.https_only || came_by_https;
    if (needs_https && to->scheme != "https") return refused(fmt::format("{} is not https", to->text()));
    if (rules.public_only && (to->is_loopback() || is_private_address(to->host))) {
      return refused(fmt::format("{} is not on the public internet", to->text()));
    }
    came_by_https = to->scheme == "https";
    const TransferRules one{rules.with_token && *to == api_, rules.public_only && !is_proxy_set(),
                            to->scheme == "http" && to->is_loopback()};
    HttpReply reply = run_transfer(*handles_, {request, one, settings_, token_}, stop);
    if (request.is_post || !is_redirect(reply.status) || reply.redirect.empty()) return reply;
    request.url = reply.redirect;
  }
  return refused(fmt::format("{} redirects more than {} times", api_.text(), most_redirects));
}

}  // namespace gemflow::synthesize_api
