// SPDX-License-Identifier: Apache-2.0
#include "synthesize_api/client/retry.hpp"

#include <thread>
#include <vector>

#include "support/catch.hpp"

using namespace gemflow;
using namespace gemflow::synthesize_api;

namespace {

constexpr std::array<CallKind, 4> all_calls{CallKind::fetch, CallKind::status, CallKind::download, CallKind::submit};
constexpr std::array<CallKind, 2> api_gets{CallKind::fetch, CallKind::status};

Attempt answered(CallKind call, int status, std::string_view body = {}, int n_failed_before = 0) {
  Attempt attempt;
  attempt.call = call;
  attempt.status = status;
  attempt.body = body;
  attempt.n_failed_before = n_failed_before;
  return attempt;
}

Verdict verdict(CallKind call, int status, std::string_view body = {}, int n_failed_before = 0) {
  return decide(answered(call, status, body, n_failed_before)).verdict;
}
ErrorKind kind(CallKind call, int status, std::string_view body = {}) { return decide(answered(call, status, body)).kind; }

Decision lost(CallKind call, Delivery delivery) {
  Attempt attempt;
  attempt.call = call;
  attempt.delivery = delivery;
  attempt.n_failed_before = 50;
  return decide(attempt);
}

/// A clock that only `sleep` moves.
struct MadeTime {
  double now = 100;
  std::vector<double> slept;

  Pace pace(double random = 0.5) {
    return {[this] { return now; }, [random] { return random; },
            [this](double seconds, const std::stop_token&) {
              slept.push_back(seconds);
              now += seconds;
            },
            [] { return 1'000'000'000.0; }};
  }
};

}  // namespace

TEST_CASE("retry table: what was not sent is sent again, whatever it is") {
  for (const CallKind call : all_calls) {
    CHECK(lost(call, Delivery::not_sent).verdict == Verdict::retry);
    CHECK(lost(call, Delivery::not_sent).kind == ErrorKind::network);
  }
}

TEST_CASE("retry table: what was sent without an answer is unknown for a submission only") {
  for (const CallKind call : {CallKind::fetch, CallKind::status, CallKind::download}) {
    CHECK(lost(call, Delivery::unknown).verdict == Verdict::retry);
  }
  CHECK(lost(CallKind::submit, Delivery::unknown).verdict == Verdict::unknown);
  CHECK(lost(CallKind::submit, Delivery::unknown).kind == ErrorKind::pending);
}

TEST_CASE("retry table: 408, 425, 429, 502, 503, 504") {
  for (const int status : {408, 425, 429, 502, 503, 504}) {
    for (const CallKind call : {CallKind::fetch, CallKind::status, CallKind::download}) {
      CHECK(verdict(call, status, "", 50) == Verdict::retry);
      CHECK(kind(call, status) == ErrorKind::network);
    }
  }
  for (const int status : {425, 429, 503}) CHECK(verdict(CallKind::submit, status, "", 50) == Verdict::retry);
  for (const int status : {408, 502, 504}) CHECK(verdict(CallKind::submit, status) == Verdict::unknown);
}

TEST_CASE("retry table: 500 and other faults of a server") {
  for (const int status : {500, 501, 520, 599}) {
    for (const CallKind call : {CallKind::fetch, CallKind::status, CallKind::download}) {
      CHECK(verdict(call, status, "", 2) == Verdict::retry);
      CHECK(verdict(call, status, "", 3) == Verdict::stop);
      CHECK(kind(call, status) == ErrorKind::network);
    }
    CHECK(verdict(CallKind::submit, status) == Verdict::unknown);
    CHECK(kind(CallKind::submit, status) == ErrorKind::pending);
  }
}

TEST_CASE("retry table: a key that is not taken ends all") {
  for (const CallKind call : {CallKind::fetch, CallKind::status, CallKind::submit}) {
    for (const int status : {401, 403}) {
      CHECK(verdict(call, status) == Verdict::stop);
      CHECK(kind(call, status) == ErrorKind::model);
    }
  }
}

TEST_CASE("retry table: limits and quotas") {
  for (const CallKind call : {CallKind::fetch, CallKind::status, CallKind::submit}) {
    CHECK(verdict(call, 402) == Verdict::stop);
    CHECK(kind(call, 402) == ErrorKind::quota);
    CHECK(verdict(call, 403, "Monthly LIMIT reached") == Verdict::stop);
    CHECK(kind(call, 403, "over quota") == ErrorKind::quota);
    CHECK(kind(call, 429, "free limit reached") == ErrorKind::quota);
    CHECK(verdict(call, 429, "free limit reached", 2) == Verdict::retry);
    CHECK(verdict(call, 429, "free limit reached", 3) == Verdict::stop);
    Attempt in_time = answered(call, 429, "rate limit", 50);
    in_time.has_retry_after = true;
    CHECK(decide(in_time).verdict == Verdict::retry);
  }
}

TEST_CASE("retry table: requests that are wrong are never repeated") {
  for (const int status : {400, 404, 405, 409, 418, 422}) {
    for (const CallKind call : {CallKind::fetch, CallKind::submit}) {
      CHECK(verdict(call, status) == Verdict::stop);
      CHECK(kind(call, status) == ErrorKind::model);
    }
  }
  CHECK(verdict(CallKind::submit, 413) == Verdict::too_large);
  CHECK(verdict(CallKind::fetch, 413) == Verdict::stop);
  for (const int status : {301, 302, 307, 308}) CHECK(verdict(CallKind::submit, status) == Verdict::stop);
}

TEST_CASE("retry table: a status that is not there yet is asked for three times") {
  CHECK(verdict(CallKind::status, 404, "", 0) == Verdict::retry);
  CHECK(verdict(CallKind::status, 404, "", 1) == Verdict::retry);
  CHECK(verdict(CallKind::status, 404, "", 2) == Verdict::stop);
  CHECK(kind(CallKind::status, 404) == ErrorKind::model);
}

TEST_CASE("retry table: a signed link that is not taken has expired") {
  for (const int status : {400, 401, 403, 404, 410}) CHECK(verdict(CallKind::download, status, "limit") == Verdict::link_expired);
  CHECK(verdict(CallKind::download, 416) == Verdict::stop);
}

TEST_CASE("retry table: a body that breaks off") {
  for (const CallKind call : all_calls) {
    Attempt attempt = answered(call, 200);
    CHECK(decide(attempt).verdict == Verdict::done);
    attempt.is_whole = false;
    CHECK(decide(attempt).verdict == (call == CallKind::submit ? Verdict::unknown : Verdict::retry));
    attempt.is_too_long = true;
    CHECK(decide(attempt).verdict == (call == CallKind::submit ? Verdict::unknown : Verdict::stop));
  }
}

TEST_CASE("retry table: an answer that is none") {
  for (const CallKind call : api_gets) {
    Attempt attempt = answered(call, 200, "", 2);
    attempt.is_understood = false;
    CHECK(decide(attempt).verdict == Verdict::retry);
    attempt.n_failed_before = 3;
    CHECK(decide(attempt).verdict == Verdict::stop);
    CHECK(decide(attempt).kind == ErrorKind::model);
  }
  Attempt submitted = answered(CallKind::submit, 200);
  submitted.is_understood = false;
  CHECK(decide(submitted).verdict == Verdict::unknown);
}

TEST_CASE("retry table: what a rule of ours forbids is not tried again") {
  for (const CallKind call : all_calls) {
    Attempt attempt;
    attempt.call = call;
    attempt.delivery = Delivery::not_sent;
    attempt.is_refused = true;
    CHECK(decide(attempt).verdict == Verdict::stop);
  }
}

TEST_CASE("back-off is random below a bound that doubles up to a minute") {
  const RetrySettings settings;
  CHECK(back_off(settings, 0, 0.5) == 0.25);
  CHECK(back_off(settings, 3, 0.5) == 2.0);
  CHECK(back_off(settings, 6, 0.5) == 16.0);
  CHECK(back_off(settings, 7, 0.5) == 30.0);
  CHECK(back_off(settings, 2'000'000'000, 0.5) == 30.0);
  CHECK(back_off(settings, 5, 0.0) == 0.0);
  RetrySettings slow;
  slow.least_seconds = 2;
  CHECK(back_off(slow, 0, 0.5) == 2.0);
  const Pace pace = real_pace();
  double least = 1;
  double most = 0;
  for (int i = 0; i < 1000; ++i) {
    const double random = pace.random();
    least = std::min(least, random);
    most = std::max(most, random);
  }
  CHECK(least >= 0);
  CHECK(least < 0.1);
  CHECK(most < 1);
  CHECK(most > 0.9);
}

TEST_CASE("Retry-After names seconds or a date") {
  const double date = 784111777;  // Sun, 06 Nov 1994 08:49:37 GMT
  CHECK(seconds_in("120", date) == 120.0);
  CHECK(seconds_in("0", date) == 0.0);
  CHECK(seconds_in("-5", date) == 0.0);
  CHECK(seconds_in("99999999999999999999999", date) == 1e9);
  CHECK(seconds_in("Sun, 06 Nov 1994 08:50:37 GMT", date) == 60.0);
  CHECK(seconds_in("Sunday, 06-Nov-94 08:50:07 GMT", date) == 30.0);
  CHECK(seconds_in("Sun, 06 Nov 1994 08:00:00 GMT", date) == 0.0);
  CHECK_FALSE(seconds_in("", date));
  CHECK_FALSE(seconds_in("soon", date));
}

TEST_CASE("a gate holds all back until its time, and is one for each host") {
  MadeTime time;
  const Pace pace = time.pace();
  RateGate gate;
  gate.pass(pace, {});
  CHECK(time.slept.empty());
  gate.close_until(130);
  gate.close_until(120);  // a shorter time opens nothing
  gate.pass(pace, {});
  CHECK(time.slept == std::vector<double>{30.5});
  gate.pass(pace, {});
  CHECK(time.slept.size() == 1);
  CHECK(RateGate::of("https://one") == RateGate::of("https://one"));
  CHECK(RateGate::of("https://one") != RateGate::of("https://two"));
}

TEST_CASE("a stop opens the gate and ends a sleep") {
  RateGate gate;
  const Pace pace = real_pace();
  gate.close_until(pace.now() + 3600);
  std::stop_source source;
  std::jthread stopper([&] { source.request_stop(); });
  gate.pass(pace, source.get_token());  // returns, or the test never ends
  pace.sleep(3600, source.get_token());
  CHECK(source.stop_requested());
  CHECK(pace.date() > 1.7e9);
}
