// SPDX-License-Identifier: Apache-2.0
#include "gemflow/run/workers.hpp"

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <condition_variable>
#include <exception>
#include <fstream>
#include <mutex>
#include <thread>
#include <vector>

namespace gemflow {
namespace {

/// One call of `each`, shared by the threads that work on it.
struct Round {
  std::int64_t n = 0;
  const std::function<void(std::int64_t)>* task = nullptr;
  std::atomic<std::int64_t> next{0};
  std::exception_ptr failure;
  std::mutex failure_mutex;

  void work() {
    for (std::int64_t i = next.fetch_add(1); i < n; i = next.fetch_add(1)) {
      try {
        (*task)(i);
      } catch (...) {
        const std::lock_guard lock(failure_mutex);
        if (!failure) failure = std::current_exception();
        next.store(n);
      }
    }
  }
};

class Pool final : public Workers {
 public:
  explicit Pool(int count) {
    for (int i = 1; i < count; ++i) threads_.emplace_back([this](const std::stop_token& stop) { wait_for_rounds(stop); });
  }

  [[nodiscard]] int count() const noexcept override { return static_cast<int>(threads_.size()) + 1; }

  void each(std::int64_t n, const std::function<void(std::int64_t)>& task) override {
    Round round;
    round.n = n;
    round.task = &task;
    if (n > 1 && !threads_.empty()) {
      open(round);
      round.work();
      close();
    } else {
      round.work();
    }
    if (round.failure) std::rethrow_exception(round.failure);
  }

 private:
  void open(Round& round) {
    const std::lock_guard lock(mutex_);
    round_ = &round;
    ++generation_;
    busy_ = static_cast<int>(threads_.size());
    begin_.notify_all();
  }

  void close() {
    std::unique_lock lock(mutex_);
    end_.wait(lock, [this] { return busy_ == 0; });
    round_ = nullptr;
  }

  void wait_for_rounds(const std::stop_token& stop) {
    std::uint64_t seen = 0;
    std::unique_lock lock(mutex_);
    while (begin_.wait(lock, stop, [&] { return generation_ != seen; })) {
      seen = generation_;
      Round& round = *round_;
      lock.unlock();
      round.work();
      lock.lock();
      if (--busy_ == 0) end_.notify_one();
    }
  }

  std::mutex mutex_;
  std::condition_variable_any begin_;
  std::condition_variable end_;
  Round* round_ = nullptr;
  std::uint64_t generation_ = 0;
  int busy_ = 0;
  std::vector<std::jthread> threads_;
};

/// Version 2 control groups: "<quota> <period>" or "max <period>"; anything else is no limit.
int cpus_of_control_group() noexcept {
  std::ifstream file("/sys/fs/cgroup/cpu.max");
  double quota = 0;
  double period = 0;
  if (!(file >> quota >> period) || quota <= 0 || period <= 0) return CPU_SETSIZE;
  return static_cast<int>(std::ceil(quota / period));
}

}  // namespace

std::unique_ptr<Workers> start_workers(int count) { return std::make_unique<Pool>(count); }

int usable_cpus() noexcept {
  cpu_set_t set;
  CPU_ZERO(&set);
  const int by_affinity = sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 1;
  return std::max(1, std::min(by_affinity, cpus_of_control_group()));
}

}  // namespace gemflow
