// SPDX-License-Identifier: Apache-2.0
#include "synthesize_api/client/origin.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>

#include <arpa/inet.h>
#include <curl/curl.h>
#include <fmt/format.h>

#include "gemflow/core/error.hpp"

namespace gemflow::synthesize_api {
namespace {

constexpr std::string_view company_url = "https://app.synthesize.bio";

using Url = std::unique_ptr<CURLU, decltype(&curl_url_cleanup)>;

/// One part of a URL; empty where it has none.
std::string part_of(const Url& url, CURLUPart part, unsigned int flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url.get(), part, &text, flags) != CURLUE_OK) return {};
  std::string copy(text);
  curl_free(text);
  return copy;
}

std::string variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? std::string() : std::string(value);
}

std::string_view family_of(std::string_view model_id) {
  for (const std::string_view ending : {"_reference-conditioning", "_predict-metadata"}) {
    if (model_id.ends_with(ending)) return model_id.substr(0, model_id.size() - ending.size());
  }
  return model_id;
}

/// "gem-1-bulk" as GEM_1_BULK.
std::string variable_ending(std::string_view family) {
  std::string ending;
  for (const char c : family) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0) {
      ending += static_cast<char>(std::toupper(byte));
    } else if (ending.empty() || ending.back() != '_') {
      ending += '_';
    }
  }
  return ending;
}

using Ipv4 = std::array<std::uint8_t, 4>;
using Ipv6 = std::array<std::uint8_t, 16>;

/// Networks that are not of the public internet (RFC 6890 and multicast): address and length of the prefix.
struct Network {
  std::uint32_t address;
  int bits;
};
constexpr std::array<Network, 13> private_networks{{{0x00000000, 8},   // this network
                                                    {0x0a000000, 8},   // private
                                                    {0x64400000, 10},  // shared by carriers
                                                    {0x7f000000, 8},   // loopback
                                                    {0xa9fe0000, 16},  // link-local; clouds tell secrets at 169.254.169.254
                                                    {0xac100000, 12},  // private
                                                    {0xc0000000, 24},  // protocol assignments
                                                    {0xc0000200, 24},  // documentation
                                                    {0xc0a80000, 16},  // private
                                                    {0xc6120000, 15},  // benchmarks
                                                    {0xc6336400, 24},  // documentation
                                                    {0xcb007100, 24},  // documentation
                                                    {0xe0000000, 3}}};  // multicast and reserved

bool is_private(const Ipv4& bytes) noexcept {
  std::uint32_t address = 0;
  for (const std::uint8_t byte : bytes) address = address << 8 | byte;
  return std::any_of(private_networks.begin(), private_networks.end(), [&](const Network& network) {
    return (address ^ network.address) >> (32 - network.bits) == 0;
  });
}

bool is_private(const Ipv6& bytes) noexcept {
  constexpr std::array<std::uint8_t, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  constexpr std::array<std::uint8_t, 12> translated{0, 0x64, 0xff, 0x9b};  // 64:ff9b::/96
  constexpr std::array<std::uint8_t, 12> compatible{};                     // ::/96, with :: and ::1
  for (const auto& prefix : {mapped, translated, compatible}) {
    if (std::equal(prefix.begin(), prefix.end(), bytes.begin())) {
      return is_private(Ipv4{bytes[12], bytes[13], bytes[14], bytes[15]});
    }
  }
  const bool is_local = (bytes[0] & 0xfe) == 0xfc;                                // fc00::/7
  const bool is_link_local = bytes[0] == 0xfe && (bytes[1] & 0x80) == 0x80;       // fe80::/10 and the old fec0::/10
  return is_local || is_link_local || bytes[0] == 0xff;
}

}  // namespace

std::string Origin::text() const {
  const int usual = scheme == "https" ? 443 : 80;
  const bool is_ipv6 = host.find(':') != host.npos;
  const std::string name = is_ipv6 ? fmt::format("[{}]", host) : host;
  return port == usual ? fmt::format("{}://{}", scheme, name) : fmt::format("{}://{}:{}", scheme, name, port);
}

bool Origin::is_loopback() const noexcept {
  if (host == "localhost" || host == "::1") return true;
  Ipv4 bytes{};
  return inet_pton(AF_INET, host.c_str(), bytes.data()) == 1 && bytes[0] == 127;
}

Origin origin_of(std::string_view url) {
  const Url parsed(curl_url(), &curl_url_cleanup);
  const std::string text(url);
  const bool is_url = url.find('\0') == url.npos &&
                      curl_url_set(parsed.get(), CURLUPART_URL, text.c_str(), CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK;
  const std::string scheme = is_url ? part_of(parsed, CURLUPART_SCHEME) : "";
  Origin origin{scheme, is_url ? part_of(parsed, CURLUPART_HOST) : "", 0};
  if ((scheme != "http" && scheme != "https") || origin.host.empty()) {
    throw Error(ErrorKind::usage, fmt::format("'{}' is no http or https URL", printable(text.substr(0, text.find('?')))));
  }
  if (!part_of(parsed, CURLUPART_USER).empty() || !part_of(parsed, CURLUPART_PASSWORD).empty()) {
    throw Error(ErrorKind::usage,
                fmt::format("the URL of host '{}' holds a user's name or password", printable(origin.host)));
  }
  if (origin.host.front() == '[') origin.host = origin.host.substr(1, origin.host.size() - 2);
  std::transform(origin.host.begin(), origin.host.end(), origin.host.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  origin.port = std::atoi(part_of(parsed, CURLUPART_PORT, CURLU_DEFAULT_PORT).c_str());
  return origin;
}

bool is_private_address(std::string_view address) noexcept {
  std::array<char, INET6_ADDRSTRLEN + 1> text{};
  address = address.substr(0, address.find('%'));  // fe80::1%eth0
  if (address.size() >= text.size()) return false;
  address.copy(text.data(), address.size());
  Ipv4 ipv4{};
  if (inet_pton(AF_INET, text.data(), ipv4.data()) == 1) return is_private(ipv4);
  Ipv6 ipv6{};
  return inet_pton(AF_INET6, text.data(), ipv6.data()) == 1 && is_private(ipv6);
}

std::string base_url_of(std::string_view model_id) {
  const std::string name = "SYNTHESIZE_API_BASE_URL";
  std::string url = model_id.empty() ? "" : variable(name + "__" + variable_ending(family_of(model_id)));
  if (url.empty()) url = variable(name);
  if (url.empty()) url = company_url;
  while (url.ends_with('/')) url.pop_back();
  if (!url.starts_with("http://") && !url.starts_with("https://")) {
    throw Error(ErrorKind::usage, fmt::format("the API's base URL '{}' does not begin with http:// or https://",
                                              printable(url.substr(0, url.find('?')))),
                "SYNTHESIZE_API_BASE_URL=https://app.synthesize.bio is the usual one");
  }
  if (url.find_first_of("?#") != url.npos) {
    throw Error(ErrorKind::usage, fmt::format("the API's base URL at {} has a query or a fragment", origin_of(url).text()));
  }
  (void)origin_of(url);
  return url;
}

void require_network() {
  const std::string value = variable("GEMFLOW_OFFLINE");
  if (value.empty() || value == "0") return;
  throw Error(ErrorKind::unsupported, "GEMFLOW_OFFLINE forbids the network, and a hosted model is asked over it",
              "unset GEMFLOW_OFFLINE, or use a local model: gemflow models lists them");
}

}  // namespace gemflow::synthesize_api
