// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <utility>

#include "gemflow/core/job.hpp"
#include "gemflow/run/held_report.hpp"

namespace gemflow {

/// The steps of one batch. `next` and `take` run on the calling thread, in order; `ask` may run on another.
template <typename Batch>
struct Steps {
  std::function<bool(Batch&)> next;       ///< fills the batch; false: there is none
  std::function<void(Batch&, Job&)> ask;  ///< gets the answer
  std::function<void(Batch&)> take;       ///< uses the answer
  std::function<void()> wait{};           ///< now and then while an answer is waited for, on the calling thread
};

/// Asks up to `max_in_flight` batches at once and takes their answers in the order of the questions: the only concurrency
/// across batches, plain threads that wait on a network. With one in flight all happens on the calling thread, in one
/// reused batch. The first error (in the order of the batches) stops the batches that are under way and is thrown here.
/// Batches in flight share the job's memory among them.
template <typename Batch>
void in_order(int max_in_flight, Job& job, const Steps<Batch>& steps) {
  if (max_in_flight <= 1) {
    Batch batch;
    while (job.check_stop(), steps.next(batch)) {
      steps.ask(batch, job);
      steps.take(batch);
    }
    return;
  }

  struct Flight {
    Batch batch;
    HeldReport report;
    Job job;
    std::future<void> answer;
  };
  constexpr std::chrono::milliseconds between_waits{500};
  const auto most = static_cast<std::size_t>(max_in_flight);
  std::stop_source cancel;
  const std::stop_callback forward(job.stop, [&] { cancel.request_stop(); });
  std::deque<std::unique_ptr<Flight>> flights;  // destroyed in any case: each future waits for its thread
  const auto launch = [&] {
    auto flight = std::make_unique<Flight>();
    if (!steps.next(flight->batch)) return false;
    flight->job = {&calling_thread(), &flight->report, cancel.get_token(), job.memory / most, job.scratch};
    flight->answer = std::async(std::launch::async, [&steps, one = flight.get()] { steps.ask(one->batch, one->job); });
    flights.push_back(std::move(flight));
    return true;
  };
  try {
    for (bool more = true; more || !flights.empty();) {
      job.check_stop();
      while (more && flights.size() < most) more = launch();
      if (flights.empty()) break;
      while (flights.front()->answer.wait_for(between_waits) != std::future_status::ready) {
        if (steps.wait) steps.wait();
      }
      flights.front()->answer.get();
      flights.front()->report.tell(*job.report);
      steps.take(flights.front()->batch);
      flights.pop_front();
    }
  } catch (...) {
    cancel.request_stop();
    throw;
  }
}

}  // namespace gemflow
