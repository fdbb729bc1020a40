// SPDX-License-Identifier: Apache-2.0
#include "synthesize_api/client/retry.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <map>
#include <random>

#include <curl/curl.h>

namespace gemflow::synthesize_api {
namespace {

constexpr int few_retries = 3;
constexpr int most_not_found = 3;

bool says_limit(std::string_view body) {
  std::string words(body);
  std::transform(words.begin(), words.end(), words.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return words.find("limit") != words.npos || words.find("quota") != words.npos;
}

/// How many of its seconds the client waits in one: 1, but for tests that will not wait out a budget of retries.
double speed_of_time() {
  constexpr double most = 1e5;
  const char* text = std::getenv("GEMFLOW_TEST_PACE");
  return text == nullptr ? 1 : std::clamp(std::strtod(text, nullptr), 1.0, most);
}

Decision retry_few(const Attempt& attempt) {
  return {attempt.n_failed_before < few_retries ? Verdict::retry : Verdict::stop, ErrorKind::network};
}

/// 429: too fast, or too much. A server that names no time and speaks of a limit means a quota: three tries tell.
Decision too_many(const Attempt& attempt) {
  const bool is_quota = says_limit(attempt.body);
  const ErrorKind kind = is_quota ? ErrorKind::quota : ErrorKind::network;
  if (is_quota && !attempt.has_retry_after) return {retry_few(attempt).verdict, kind};
  return {Verdict::retry, kind};
}

/// Refusals that are the same for all calls.
std::optional<Decision> refusal(const Attempt& attempt) {
  switch (attempt.status) {
    case 402:
      return Decision{Verdict::stop, ErrorKind::quota};
    case 403:
      return Decision{Verdict::stop, says_limit(attempt.body) ? ErrorKind::quota : ErrorKind::model};
    case 429:
      return too_many(attempt);
    default:
      return std::nullopt;
  }
}

/// A POST that was answered. 429, 503 and 425 say that nothing was taken. 408 and the other 5xx do not say it: a gateway may have
/// lost the answer of a server that went to work, and a 500 may have come after the job was made. So a 500 is `unknown`, and no
/// `stop`: a journal that holds it for refused would submit, and pay, again.
Decision submitted(const Attempt& attempt) {
  if (attempt.status == 413) return {Verdict::too_large, ErrorKind::model};
  if (attempt.status == 503 || attempt.status == 425) return {Verdict::retry, ErrorKind::network};
  if (attempt.status == 408 || attempt.status >= 500) return {Verdict::unknown, ErrorKind::pending};
  return {Verdict::stop, ErrorKind::model};
}

Decision fetched(const Attempt& attempt) {
  constexpr std::array<int, 5> passing{408, 425, 502, 503, 504};
  const bool passes = std::find(passing.begin(), passing.end(), attempt.status) != passing.end();
  if (passes) return {Verdict::retry, ErrorKind::network};
  if (attempt.status >= 500) return retry_few(attempt);
  const bool is_early = attempt.call == CallKind::status && attempt.status == 404;  // not yet known everywhere
  if (is_early && attempt.n_failed_before + 1 < most_not_found) return {Verdict::retry, ErrorKind::model};
  return {Verdict::stop, ErrorKind::model};
}

Decision of_answer(const Attempt& attempt) {
  const bool is_success = attempt.status >= 200 && attempt.status < 300;
  if (is_success && attempt.is_whole && attempt.is_understood) return {};
  if (is_success) {
    if (attempt.call == CallKind::submit) return {Verdict::unknown, ErrorKind::pending};  // it had the id
    if (attempt.is_too_long) return {Verdict::stop, ErrorKind::model};
    if (!attempt.is_understood) return {retry_few(attempt).verdict, ErrorKind::model};
    return {Verdict::retry, ErrorKind::network};
  }
  const bool is_link = attempt.call == CallKind::download;
  constexpr std::array<int, 5> expired{400, 401, 403, 404, 410};
  if (is_link && std::find(expired.begin(), expired.end(), attempt.status) != expired.end()) {
    return {Verdict::link_expired, ErrorKind::network};
  }
  if (const auto decision = refusal(attempt)) return *decision;
  return attempt.call == CallKind::submit ? submitted(attempt) : fetched(attempt);
}

}  // namespace

Decision decide(const Attempt& attempt) {
  if (attempt.is_refused) return {Verdict::stop, ErrorKind::model};
  if (attempt.delivery == Delivery::answered) return of_answer(attempt);
  const bool may_be_taken = attempt.call == CallKind::submit && attempt.delivery == Delivery::unknown;
  if (may_be_taken) return {Verdict::unknown, ErrorKind::pending};
  return {Verdict::retry, ErrorKind::network};
}

Pace real_pace() {
  Pace pace;
  const double speed = speed_of_time();
  pace.now = [speed] {
    return speed * std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
  };
  pace.random = [] {
    thread_local std::mt19937_64 engine{std::random_device{}()};
    return std::uniform_real_distribution<double>(0, 1)(engine);
  };
  pace.sleep = [speed](double seconds, const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any woken;
    std::unique_lock lock(mutex);
    woken.wait_for(lock, stop, std::chrono::duration<double>(seconds / speed), [] { return false; });
  };
  pace.date = [] {
    return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  };
  return pace;
}

std::optional<double> seconds_in(const std::string& retry_after, double date) {
  if (retry_after.empty()) return std::nullopt;
  long seconds = 0;
  const char* end = retry_after.data() + retry_after.size();
  const auto [stopped, fault] = std::from_chars(retry_after.data(), end, seconds);
  if (fault == std::errc() && stopped == end) return std::max(0.0, static_cast<double>(seconds));
  if (fault == std::errc::result_out_of_range && stopped == end) return retry_after[0] == '-' ? 0 : 1e9;
  const std::time_t then = curl_getdate(retry_after.c_str(), nullptr);
  if (then == -1) return std::nullopt;
  return std::max(0.0, static_cast<double>(then) - date);
}

double back_off(const RetrySettings& settings, int n_failed, double random) noexcept {
  const double most = std::min(settings.most_seconds, std::ldexp(settings.first_seconds, std::min(n_failed, 60)));
  return std::max(settings.least_seconds, random * most);
}

std::shared_ptr<RateGate> RateGate::of(const std::string& origin) {
  static std::mutex mutex;
  static std::map<std::string, std::shared_ptr<RateGate>> gates;
  const std::lock_guard lock(mutex);
  std::shared_ptr<RateGate>& gate = gates[origin];
  if (!gate) gate = std::make_shared<RateGate>();
  return gate;
}

void RateGate::close_until(double time) {
  const std::lock_guard lock(mutex_);
  opens_at_ = std::max(opens_at_, time);
}

double RateGate::opens_at() {
  const std::lock_guard lock(mutex_);
  return opens_at_;
}

void RateGate::pass(const Pace& pace, const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const double wait = opens_at() - pace.now();
    if (wait <= 0) return;
    pace.sleep(wait + pace.random(), stop);
  }
}

}  // namespace gemflow::synthesize_api
