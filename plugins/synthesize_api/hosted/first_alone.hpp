// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <mutex>
#include <stop_token>

namespace gemflow::synthesize_api {

/// Lets one batch go first, and the others once it has been answered: a hosted model that was scaled to zero takes a minute
/// or two to come up, and asking it again and again meanwhile only makes it busy. Thread-safe.
class FirstAlone {
 public:
  /// The right to ask. Destroyed before `answered` it lets the next one try alone.
  class Pass {
   public:
    explicit Pass(FirstAlone& gate) noexcept : gate_(&gate) {}
    Pass(const Pass&) = delete;
    Pass& operator=(const Pass&) = delete;
    ~Pass() { gate_->leave(is_answered_); }
    void answered() noexcept { is_answered_ = true; }

   private:
    FirstAlone* gate_;
    bool is_answered_ = false;
  };

  /// Waits for the right to ask. After a stop was asked for it comes at once.
  void wait(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, stop, [this] { return is_warm_ || !is_taken_; });
    is_taken_ = true;
  }

 private:
  void leave(bool is_answered) {
    const std::scoped_lock lock(mutex_);
    is_warm_ = is_warm_ || is_answered;
    is_taken_ = false;
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool is_warm_ = false;
  bool is_taken_ = false;
};

}  // namespace gemflow::synthesize_api
