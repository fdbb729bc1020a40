// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace gemflow::synthesize_api {

/// A socket that listens; closed with it, unless somebody took it over.
class Listening {
 public:
  /// Port 0: a free one. Errors: io (the address cannot be had).
  Listening(const std::string& host, std::uint16_t port);
  ~Listening();
  Listening(const Listening&) = delete;
  Listening& operator=(const Listening&) = delete;

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] bool is_ipv6() const noexcept { return is_ipv6_; }
  /// "http://127.0.0.1:8080". An address that means all of them is told as this machine's own.
  [[nodiscard]] std::string url() const;
  /// The socket, which the caller closes from now on.
  [[nodiscard]] int release() noexcept;

 private:
  std::string host_;
  int socket_ = -1;
  std::uint16_t port_ = 0;
  bool is_ipv6_ = false;
};

}  // namespace gemflow::synthesize_api
