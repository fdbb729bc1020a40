// SPDX-License-Identifier: Apache-2.0
#include "synthesize_api/server/listening.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fmt/format.h>

#include <cerrno>
#include <memory>
#include <system_error>
#include <utility>

#include "gemflow/core/error.hpp"

namespace gemflow::synthesize_api {
namespace {

constexpr int backlog = 511;

using Addresses = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

Addresses addresses_of(const std::string& host, std::uint16_t port) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  wanted.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int fault = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &wanted, &found);
  if (fault != 0) {
    throw Error(ErrorKind::io, fmt::format("host '{}' is no address of this machine: {}", printable(host), gai_strerror(fault)),
                "--host 127.0.0.1 is for this machine alone, --host 0.0.0.0 for all");
  }
  return {found, &freeaddrinfo};
}

}  // namespace

Listening::Listening(const std::string& host, std::uint16_t port) : host_(host) {
  const Addresses addresses = addresses_of(host, port);
  is_ipv6_ = addresses->ai_family == AF_INET6;
  socket_ = ::socket(addresses->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int yes = 1;
  sockaddr_storage bound{};
  socklen_t length = sizeof(bound);
  // With SO_REUSEADDR a server that was stopped can be started again at once; two at a time still cannot be.
  const bool listens = socket_ >= 0 && setsockopt(socket_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) == 0 &&
                       ::bind(socket_, addresses->ai_addr, addresses->ai_addrlen) == 0 && ::listen(socket_, backlog) == 0 &&
                       getsockname(socket_, reinterpret_cast<sockaddr*>(&bound), &length) == 0;
  if (!listens) {
    const std::string why = std::generic_category().message(errno);
    if (socket_ >= 0) ::close(socket_);
    throw Error(ErrorKind::io, fmt::format("listening on {} port {}: {}", printable(host), port, why), "--port 0 takes a free one");
  }
  const in_port_t there = is_ipv6_ ? reinterpret_cast<const sockaddr_in6*>(&bound)->sin6_port
                                   : reinterpret_cast<const sockaddr_in*>(&bound)->sin_port;
  port_ = ntohs(there);
}

Listening::~Listening() {
  if (socket_ >= 0) ::close(socket_);
}

std::string Listening::url() const {
  if (host_ == "0.0.0.0") return fmt::format("http://127.0.0.1:{}", port_);
  if (host_ == "::") return fmt::format("http://[::1]:{}", port_);
  return host_.find(':') == std::string::npos ? fmt::format("http://{}:{}", host_, port_) : fmt::format("http://[{}]:{}", host_, port_);
}

int Listening::release() noexcept { return std::exchange(socket_, -1); }

}  // namespace gemflow::synthesize_api
