// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "gemflow/core/job.hpp"

namespace gemflow::test {

/// Real threads that are started anew for each call and take the tasks from the last to the first: an order that no
/// result may depend on.
class Threads final : public Workers {
 public:
  explicit Threads(int count) : count_(count) {}
  [[nodiscard]] int count() const noexcept override { return count_; }

  void each(std::int64_t n, const std::function<void(std::int64_t)>& task) override {
    std::atomic<std::int64_t> left = n;
    std::exception_ptr failure;
    std::mutex guard;
    std::vector<std::jthread> threads;
    for (int i = 0; i < count_; ++i) {
      threads.emplace_back([&] {
        try {
          for (std::int64_t at = --left; at >= 0; at = --left) task(at);
        } catch (...) {
          const std::scoped_lock lock(guard);
          if (!failure) failure = std::current_exception();
        }
      });
    }
    threads.clear();
    if (failure) std::rethrow_exception(failure);
  }

 private:
  int count_;
};

}  // namespace gemflow::test
