// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "gemflow/core/error.hpp"
#include "synthesize_api/client/http.hpp"

namespace gemflow::synthesize_api {

enum class CallKind {
  fetch,     ///< GET of models, of an example query
  status,    ///< GET of a query's status
  download,  ///< GET of a signed link
  submit,    ///< POST of a query: may cost money
};

/// One attempt that came to an end.
struct Attempt {
  CallKind call = CallKind::fetch;
  Delivery delivery = Delivery::answered;
  int status = 0;
  bool is_whole = true;
  bool is_refused = false;         ///< by a rule of ours
  bool is_too_long = false;
  bool is_understood = true;       ///< false: a 2xx that is not what this call answers
  bool has_retry_after = false;
  std::string_view body = {};      ///< what the server said with a refusal
  int n_failed_before = 0;         ///< attempts of this call that failed before this one
};

enum class Verdict {
  done,          ///< a 2xx, whole
  retry,         ///< later, if the budget lets it
  unknown,       ///< a POST that may have been taken: neither to be repeated nor to be forgotten
  too_large,     ///< a POST to be cut in two
  link_expired,  ///< a download that needs a fresh link
  stop,
};

/// What to do, and what kind of error it is if it has to end here.
struct Decision {
  Verdict verdict = Verdict::done;
  ErrorKind kind = ErrorKind::network;
};
/// The table of retries; knows nothing of time.
[[nodiscard]] Decision decide(const Attempt& attempt);

struct RetrySettings {
  double first_seconds = 0.5;         ///< back-off: random in [0, min(most, first * 2^n))
  double least_seconds = 0;           ///< and never less
  double most_seconds = 60;
  double most_retry_after = 300;      ///< a server's Retry-After counts for no more
  double budget_seconds = 900;        ///< from a call's first attempt to its last retry's begin
};

/// Time and chance, so that tests need not wait. All may be called from several threads.
struct Pace {
  std::function<double()> now;     ///< seconds, never going back
  std::function<double()> random;  ///< in [0, 1)
  /// Returns early once a stop is asked for.
  std::function<void(double seconds, const std::stop_token&)> sleep;
  std::function<double()> date;    ///< seconds since 1970
};
/// The machine's clock; GEMFLOW_TEST_PACE=N lets it run N times as fast.
[[nodiscard]] Pace real_pace();

/// Seconds that a Retry-After header asks for: "120" or a date; nothing where it says neither. Never negative.
[[nodiscard]] std::optional<double> seconds_in(const std::string& retry_after, double date);

/// Seconds before retry number `n_failed` (from 0), full jitter; `random` in [0, 1).
[[nodiscard]] double back_off(const RetrySettings& settings, int n_failed, double random) noexcept;

/// One for each host, shared by all threads: a 429 or 503 that names a time holds all of them back.
class RateGate {
 public:
  /// The gate of this host, "https://app.synthesize.bio".
  [[nodiscard]] static std::shared_ptr<RateGate> of(const std::string& origin);

  /// Nobody passes before `time` on the pace's clock.
  void close_until(double time);
  /// Waits until the gate is open; those who wait leave spread over a second. Returns at once when stopped.
  void pass(const Pace& pace, const std::stop_token& stop);
  [[nodiscard]] double opens_at();

 private:
  std::mutex mutex_;
  double opens_at_ = 0;
};

}  // namespace gemflow::synthesize_api
