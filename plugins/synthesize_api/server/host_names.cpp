// SPDX-License-Identifier: Apache-2.0
#include "synthesize_api/server/host_names.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "gemflow/serve.hpp"

namespace gemflow::synthesize_api {
namespace {

constexpr std::size_t longest_host = 255;

std::string lower(std::string_view text) {
  std::string all(text);
  std::transform(all.begin(), all.end(), all.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return all;
}

bool is_address(int family, const std::string& text) {
  std::array<unsigned char, sizeof(in6_addr)> ignored{};
  return inet_pton(family, text.c_str(), ignored.data()) == 1;
}

bool is_port(std::string_view text) {
  return !text.empty() && text.size() <= 5 && text.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

bool is_own_host(std::string_view host, std::span<const std::string> names) {
  if (host.empty() || host.size() > longest_host) return false;
  const bool is_bracketed = host.front() == '[';
  const std::size_t end = is_bracketed ? host.find(']') : host.find(':');
  if (is_bracketed && end == std::string_view::npos) return false;
  const std::string name = lower(is_bracketed ? host.substr(1, end - 1) : host.substr(0, end));
  const std::string_view rest = end == std::string_view::npos ? std::string_view() : host.substr(end + (is_bracketed ? 1 : 0));
  if (!rest.empty() && (rest.front() != ':' || !is_port(rest.substr(1)))) return false;
  if (is_bracketed) return is_address(AF_INET6, name);
  if (name == "localhost" || is_address(AF_INET, name)) return true;
  return std::any_of(names.begin(), names.end(), [&](const std::string& own) { return lower(own) == name; });
}

}  // namespace gemflow::synthesize_api

namespace gemflow {

bool is_loopback(const std::string& host) {
  in_addr address{};
  if (inet_pton(AF_INET, host.c_str(), &address) == 1) return (ntohl(address.s_addr) >> 24U) == 127;
  return host == "localhost" || host == "::1";
}

}  // namespace gemflow
