// SPDX-License-Identifier: Apache-2.0
#include "synthesize_api/server/connections.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <condition_variable>

namespace gemflow::synthesize_api {
namespace {

/// Slower than this for all of a body or a result is not honest work. Bytes a second.
constexpr std::uint64_t least_rate = 32 << 10;
constexpr std::chrono::milliseconds glance{200};

Connection::Clock::duration time_of(std::uint64_t bytes) { return std::chrono::seconds(bytes / least_rate); }

/// Its thread sees the end of the stream and closes it; nothing is freed here.
void shut(const Connection& connection) { ::shutdown(connection.socket, SHUT_RDWR); }

}  // namespace

Connections::Connections(std::size_t most, Clock::duration headers_time, Clock::duration idle_time)
    : most_(most),
      headers_time_(headers_time),
      idle_time_(idle_time),
      watcher_([this](const std::stop_token& stop) { watch(stop); }) {}

Connection* Connections::open(int socket) {
  const std::lock_guard lock(mutex_);
  if (4 * all_.size() >= 3 * most_) make_room();
  const auto now = Clock::now();
  all_.push_back({socket, true, now, now + headers_time_});
  return &all_.back();
}

void Connections::make_room() {
  const auto oldest = std::find_if(all_.begin(), all_.end(), [](const Connection& one) { return one.in_head; });
  if (oldest == all_.end()) return;
  oldest->in_head = false;  // once
  shut(*oldest);
}

void Connections::close(Connection* connection) {
  const std::lock_guard lock(mutex_);
  all_.remove_if([connection](const Connection& one) { return &one == connection; });
}

void Connections::set(Connection& connection, bool in_head, Clock::time_point deadline) {
  const std::lock_guard lock(mutex_);
  connection.in_head = in_head;
  connection.deadline = deadline;
}

void Connections::await_body(Connection& connection, std::uint64_t bytes) {
  set(connection, false, Clock::now() + idle_time_ + time_of(bytes));
}

void Connections::work(Connection& connection) { set(connection, false, Clock::time_point::max()); }

void Connections::send(Connection& connection, std::uint64_t bytes) {
  set(connection, false, Clock::now() + idle_time_ + time_of(bytes));
}

void Connections::await_head(Connection& connection) {
  set(connection, true, Clock::now() + idle_time_ + headers_time_);
}

std::size_t Connections::count() const {
  const std::lock_guard lock(mutex_);
  return all_.size();
}

void Connections::watch(const std::stop_token& stop) {
  std::condition_variable_any never;
  std::mutex own;
  std::unique_lock waiting(own);
  while (!stop.stop_requested()) {
    never.wait_for(waiting, stop, glance, [] { return false; });
    const auto now = Clock::now();
    const std::lock_guard lock(mutex_);
    for (Connection& one : all_) {
      if (one.deadline > now) continue;
      one.deadline = Clock::time_point::max();  // once
      shut(one);
    }
  }
}

}  // namespace gemflow::synthesize_api
