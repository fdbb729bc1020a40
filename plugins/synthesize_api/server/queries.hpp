// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include "gemflow/serve.hpp"
#include "synthesize_api/server/open_query.hpp"
#include "synthesize_api/server/site.hpp"

namespace gemflow::synthesize_api {

/// How many there are, and how many there have been.
struct QueryCounts {
  std::size_t queued = 0;
  std::size_t running = 0;
  std::size_t ready = 0;   ///< whose results are still kept
  std::size_t failed = 0;  ///< that are still remembered
  std::uint64_t result_bytes = 0;
  std::int64_t all_ready = 0;
  std::int64_t all_failed = 0;
  std::int64_t samples = 0;
};

/// All queries: those that wait, run, are ready or have failed. Clients' threads put in and look; one thread answers.
class Queries {
 public:
  using Clock = std::chrono::steady_clock;

  /// Results go to files in `folder`; what waits holds at most `memory` bytes.
  Queries(const ServeLimits& limits, std::size_t memory, std::filesystem::path folder)
      : limits_(limits), memory_(memory), folder_(std::move(folder)) {}

  // For clients.
  [[nodiscard]] bool has_place() const;
  [[nodiscard]] bool is_any_open() const;
  [[nodiscard]] std::size_t memory_left() const;
  /// Returns the query's id. REQUIRES: has_place().
  std::string submit(const ServedModel& served, WireQuery asked);

  struct View {
    enum class State { queued, running, ready, failed };
    State state = State::queued;
    std::string message;   ///< failed
    std::string download;  ///< ready: the word that opens the result
  };
  [[nodiscard]] std::optional<View> view(const std::string& id) const;
  [[nodiscard]] std::optional<SentFile> open_result(const std::string& download) const;
  [[nodiscard]] QueryCounts counts() const;

  // For the one who answers.
  /// Waits for a query, of several each in turn; null where none came in time, or a stop did.
  [[nodiscard]] OpenQuery* next(const std::stop_token& stop, Clock::duration wait);
  // How the one that `next` gave fared.
  void put_back(std::int64_t n_samples);
  void finish(std::int64_t n_samples);
  void fail(std::string message);
  /// Forgets what has been kept for long enough, and the oldest of too many.
  void expire(Clock::time_point now);

 private:
  struct Record {
    std::string id;
    View view;
    std::unique_ptr<OpenQuery> work;  ///< until it has ended
    std::size_t memory = 0;
    std::filesystem::path path;
    std::uint64_t bytes = 0;
    Clock::time_point ended;
  };

  [[nodiscard]] std::size_t n_open() const noexcept;
  void admit();
  void end(View::State state, std::string message);
  void forget_oldest();

  ServeLimits limits_;
  std::size_t memory_;
  std::filesystem::path folder_;
  mutable std::mutex mutex_;
  std::condition_variable_any arrival_;
  std::map<std::string, std::unique_ptr<Record>> records_;
  std::map<std::string, const Record*> downloads_;
  std::deque<Record*> waiting_;
  std::deque<Record*> turns_;   ///< begun, or about to
  std::deque<Record*> ended_;   ///< oldest first
  Record* current_ = nullptr;   ///< what `next` gave
  std::size_t held_ = 0;        ///< bytes
  QueryCounts totals_;          ///< result_bytes and the sums
};

}  // namespace gemflow::synthesize_api
