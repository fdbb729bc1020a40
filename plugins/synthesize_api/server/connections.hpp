// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <mutex>
#include <thread>

namespace gemflow::synthesize_api {

/// One client's connection, from the accept to the close.
struct Connection {
  using Clock = std::chrono::steady_clock;
  int socket = -1;
  bool in_head = true;         ///< the whole head of a request has not come yet
  Clock::time_point begun;
  Clock::time_point deadline;  ///< of what it is at
};

/// All connections, and a thread that shuts those that take longer than what they are at may take: the library's own
/// time-out is met by a byte now and then. Where three quarters of the places are taken, a newcomer's is made by
/// shutting the oldest connection that has not yet said what it wants.
class Connections {
 public:
  using Clock = Connection::Clock;

  Connections(std::size_t most, Clock::duration headers_time, Clock::duration idle_time);

  [[nodiscard]] Connection* open(int socket);
  void close(Connection* connection);
  /// The head is there, and a body of so many bytes (or, unknown, at most so many) may follow.
  void await_body(Connection& connection, std::uint64_t bytes);
  /// We are at work: the client need do nothing.
  void work(Connection& connection);
  /// So many bytes are being sent to it.
  void send(Connection& connection, std::uint64_t bytes);
  /// All was sent; another request may follow.
  void await_head(Connection& connection);
  [[nodiscard]] std::size_t count() const;

 private:
  void watch(const std::stop_token& stop);
  void make_room();
  void set(Connection& connection, bool in_head, Clock::time_point deadline);

  std::size_t most_;
  Clock::duration headers_time_;
  Clock::duration idle_time_;
  mutable std::mutex mutex_;
  std::list<Connection> all_;  ///< oldest first
  std::jthread watcher_;       ///< the last member: ended before the others
};

}  // namespace gemflow::synthesize_api
