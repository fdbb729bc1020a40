// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace gemflow::synthesize_api {

/// Scheme, host and port of a URL: who gets what is sent there.
struct Origin {
  std::string scheme;  ///< "http" or "https"
  std::string host;    ///< lower case; an IPv6 address without its brackets
  int port = 0;

  [[nodiscard]] bool operator==(const Origin&) const = default;
  /// "https://app.synthesize.bio", "http://127.0.0.1:8080": fit for a message, unlike a whole URL, which may be a secret.
  [[nodiscard]] std::string text() const;
  /// localhost, 127.0.0.0/8 or ::1, by its name alone.
  [[nodiscard]] bool is_loopback() const noexcept;
};

/// Errors: usage, for what is no http or https URL with a host, or holds a user's name. The message names no path or query.
[[nodiscard]] Origin origin_of(std::string_view url);

/// Whether an address as text, "10.1.2.3" or "fe80::1", belongs to this machine or a network that is not public. False for names.
[[nodiscard]] bool is_private_address(std::string_view address) noexcept;

/// Where a model's API is: SYNTHESIZE_API_BASE_URL__GEM_1_BULK, SYNTHESIZE_API_BASE_URL, or the company's, without a trailing slash.
/// The variable's ending is the family's id in capitals, all else as '_'. An empty id stands for no model.
/// Errors: usage, as `origin_of`.
[[nodiscard]] std::string base_url_of(std::string_view model_id);

/// Errors: unsupported, where GEMFLOW_OFFLINE is set (and not 0) and so forbids every network.
void require_network();

}  // namespace gemflow::synthesize_api
