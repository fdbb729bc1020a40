// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <stop_token>
#include <thread>

namespace gemflow::cli {

/// Turns SIGINT, SIGTERM and SIGHUP into a request to stop; a second one ends the process at once.
/// REQUIRES: made before any other thread, so that all of them leave the signals to this one. Never destroyed: the
/// process ends by _exit.
class Signals {
 public:
  Signals();
  [[nodiscard]] std::stop_token token() const noexcept { return source_.get_token(); }
  /// 130 or 143 by the signal that came; 130 where none has come.
  [[nodiscard]] int exit_code() const noexcept;

 private:
  void wait();

  std::stop_source source_;
  std::atomic<int> caught_{0};
  std::thread thread_;
};

}  // namespace gemflow::cli
