// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cctype>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace gemflow::test {

/// What came back. Status 0: the connection was closed without an answer.
struct HttpAnswer {
  int status = 0;
  std::map<std::string, std::string> headers;  ///< names in lower case
  std::string body;
};

/// A connection to this machine on which any bytes can be sent, also those that no client sends.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) throw std::runtime_error("no connection");
  }
  ~RawClient() { ::close(socket_); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  /// False: the other side has closed.
  bool send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t n = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
  }
  void half_close() const { ::shutdown(socket_, SHUT_WR); }

  /// All that comes until the other side closes.
  [[nodiscard]] std::string read_all() const {
    std::string all;
    char buffer[8192];
    for (ssize_t n = 0; (n = ::recv(socket_, buffer, sizeof(buffer), 0)) > 0;) all.append(buffer, static_cast<std::size_t>(n));
    return all;
  }
  [[nodiscard]] HttpAnswer read_answer() const { return parse(read_all()); }

 private:
  static HttpAnswer parse(const std::string& text) {
    HttpAnswer answer;
    const std::size_t end = text.find("\r\n\r\n");
    if (end == std::string::npos) return answer;
    answer.status = std::atoi(text.c_str() + text.find(' ') + 1);
    for (std::size_t at = text.find("\r\n") + 2; at < end + 2;) {
      const std::size_t line_end = text.find("\r\n", at);
      const std::string line = text.substr(at, line_end - at);
      const std::size_t colon = line.find(':');
      std::string name = line.substr(0, colon);
      for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      answer.headers[name] = line.substr(std::min(colon + 2, line.size()));
      at = line_end + 2;
    }
    answer.body = text.substr(end + 4);
    return answer;
  }

  int socket_;
};

/// A client of the API that knows its key.
struct ApiClient {
  std::uint16_t port = 0;
  std::string token;

  using Headers = std::vector<std::pair<std::string, std::string>>;

  /// One request with exactly these headers, and Connection: close.
  [[nodiscard]] HttpAnswer ask(const std::string& method, const std::string& path, const Headers& headers, const std::string& body = {}) const {
    std::string text = method + ' ' + path + " HTTP/1.1\r\nConnection: close\r\n";
    for (const auto& [name, value] : headers) text += name + ": " + value + "\r\n";
    if (!body.empty()) text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    const RawClient client(port);
    static_cast<void>(client.send(text + "\r\n" + body));
    return client.read_answer();
  }
  [[nodiscard]] Headers usual() const { return {{"Host", host()}, {"Authorization", "Bearer " + token}, {"Accept", "application/json"}}; }
  [[nodiscard]] std::string host() const { return "127.0.0.1:" + std::to_string(port); }
  [[nodiscard]] HttpAnswer get(const std::string& path) const { return ask("GET", path, usual()); }
  [[nodiscard]] HttpAnswer post(const std::string& path, const std::string& body) const {
    Headers headers = usual();
    headers.emplace_back("Content-Type", "application/json");
    return ask("POST", path, headers, body);
  }
};

}  // namespace gemflow::test
