// SPDX-License-Identifier: Apache-2.0
#include "synthesize_api/client/api_calls.hpp"

#include <algorithm>
#include <new>
#include <utility>

#include <curl/curl.h>
#include <fmt/format.h>

#include "gemflow/core/error.hpp"
#include "synthesize_api/client/attempts.hpp"
#include "synthesize_api/client/result_check.hpp"

namespace gemflow::synthesize_api {
namespace {

/// An id as one step of a path, whatever is in it.
std::string step_of(std::string_view id) {
  char* escaped = curl_easy_escape(nullptr, id.data(), static_cast<int>(id.size()));
  if (escaped == nullptr) throw std::bad_alloc();
  std::string step(escaped);
  curl_free(escaped);
  if (step == "." || step == ".." || step.empty()) throw Error(ErrorKind::usage, fmt::format("'{}' is no id", step));
  return step;
}

/// Reads a status; where it is none, the reply says so.
bool understand(HttpReply& reply, QueryStatus& status) {
  try {
    status = read_status(reply.body);
    return true;
  } catch (const Error& error) {
    reply.fault = error.message();
    return false;
  }
}

/// The growing intervals between polls.
class PollPace {
 public:
  PollPace(const PollSettings& settings, const Pace& pace)
      : settings_(settings), pace_(pace), began_(pace.now()), interval_(settings.first_seconds) {}

  /// Polls that were made, this one with them.
  std::int64_t count() noexcept { return ++n_; }
  [[nodiscard]] bool is_over() const {
    return settings_.limit_seconds > 0 && pace_.now() - began_ >= settings_.limit_seconds;
  }
  void sleep(Job& job) {
    pace_.sleep(interval_ * (0.8 + 0.4 * pace_.random()), job.stop);  // many queries do not poll in step
    job.check_stop();
    interval_ = std::min(settings_.most_seconds, interval_ * settings_.growth);
  }

 private:
  const PollSettings& settings_;
  const Pace& pace_;
  double began_;
  double interval_;
  std::int64_t n_ = 0;
};

/// Where a link leads to. Errors: model, for the server gave it.
Origin origin_of_link(const std::string& url) {
  try {
    return origin_of(url);
  } catch (const Error& error) {
    throw Error(ErrorKind::model, fmt::format("the server's download link leads nowhere: {}", error.message()));
  }
}

}  // namespace

ApiCalls::ApiCalls(ApiSettings settings)
    : settings_(std::move(settings)),
      fetch_retry_(settings_.retry),
      http_(origin_of(settings_.base_url), settings_.token, settings_.http),
      gate_(RateGate::of(http_.api().text())) {
  fetch_retry_.budget_seconds = std::min(fetch_retry_.budget_seconds, settings_.most_fetch_seconds);
}

ApiCalls::~ApiCalls() = default;

std::string ApiCalls::host() const { return http_.api().text(); }

std::string ApiCalls::redact(std::string_view text) const { return http_.token().redact(text); }

std::string ApiCalls::fetch(const std::string& path, std::size_t most_bytes, std::string_view doing, Job& job) {
  Attempts attempts(CallKind::fetch, fmt::format("{} at {}", doing, host()),
                    {fetch_retry_, settings_.pace, *gate_, http_.token()}, job);
  HttpRequest request{settings_.base_url + path};
  request.most_bytes = most_bytes;
  while (true) {
    attempts.pass_gate();
    HttpReply reply = http_.send(request, job.stop);
    const Decision decision = attempts.judge(reply);
    if (decision.verdict == Verdict::done) return std::move(reply.body);
    if (decision.verdict != Verdict::retry || !attempts.wait_for_next(reply)) attempts.give_up(reply, decision.kind);
  }
}

std::vector<ListedModel> ApiCalls::models(Job& job) {
  return read_models(fetch("/api/models", std::size_t{4} << 20, "listing the models", job));
}

std::string ApiCalls::example_query_text(std::string_view model_id, Job& job) {
  return fetch(fmt::format("/api/models/{}/example-query", step_of(model_id)), settings_.most_example_bytes,
               fmt::format("fetching the example query of '{}'", printable(model_id)), job);
}

ExampleQuery ApiCalls::example_query(std::string_view model_id, Job& job) {
  return read_example_query(example_query_text(model_id, job));
}

Submission ApiCalls::submit(std::string_view model_id, std::string_view body, const std::string& idempotency_key,
                            Job& job) {
  Attempts attempts(CallKind::submit, fmt::format("submitting to '{}' at {}", printable(model_id), host()),
                    {settings_.retry, settings_.pace, *gate_, http_.token()}, job);
  const HttpRequest request{fmt::format("{}/api/models/{}/predict", settings_.base_url, step_of(model_id)), true, body,
                            idempotency_key};
  while (true) {
    attempts.pass_gate();
    const HttpReply reply = http_.send(request, job.stop);
    const Decision decision = attempts.judge(reply);
    switch (decision.verdict) {
      case Verdict::done:
        try {
          return Accepted{read_submitted(reply.body)};
        } catch (const Error& error) {  // taken, perhaps, and nobody knows under which id
          return Unknown{http_.token().redact(error.message())};
        }
      case Verdict::too_large:
        return TooLarge{};
      case Verdict::unknown:
        return Unknown{attempts.sentence(reply)};
      case Verdict::retry:
        if (attempts.wait_for_next(reply)) break;
        [[fallthrough]];
      default:
        attempts.give_up(reply, decision.kind);
    }
  }
}

Waited ApiCalls::wait(std::string_view query_id, Job& job) {
  RetrySettings retry = settings_.retry;
  retry.least_seconds = settings_.poll.first_seconds;  // what is polled too early is polled again later
  const std::string query = fmt::format("query '{}' at {}", printable(query_id), host());
  Attempts attempts(CallKind::status, "waiting for " + query, {retry, settings_.pace, *gate_, http_.token()}, job);
  const HttpRequest request{fmt::format("{}/api/model-queries/{}/status", settings_.base_url, step_of(query_id))};
  PollPace poll(settings_.poll, settings_.pace);
  QueryStatus status;
  status.word = "submitted";
  while (true) {
    attempts.pass_gate();
    HttpReply reply = http_.send(request, job.stop);
    Decision decision = attempts.judge(reply);
    if (decision.verdict == Verdict::done && !understand(reply, status)) decision = attempts.judge(reply, false);
    if (decision.verdict == Verdict::done) {
      if (status.state == QueryStatus::State::ready) return Ready{std::move(status.download_url)};
      if (status.state == QueryStatus::State::failed) return Failed{http_.token().redact(status.message)};
      attempts.went_well();
      job.report->progress("waiting for the hosted model", poll.count(), -1);
    }
    if (poll.is_over()) {
      throw Error(ErrorKind::pending,
                  fmt::format("{} is still '{}' after {:.0f} s", query, status.word, settings_.poll.limit_seconds),
                  "it goes on there: gemflow resume JOURNAL waits for it again, and pays nothing twice");
    }
    if (decision.verdict == Verdict::done) {
      poll.sleep(job);
    } else if (decision.verdict != Verdict::retry || !attempts.wait_for_next(reply)) {
      if (reply.status == 404) return Forgotten{attempts.whole_sentence(reply)};
      attempts.give_up(reply, decision.kind);
    }
  }
}

Download ApiCalls::download(const std::string& url, DownloadSink& sink, Job& job) {
  const std::string from = http_.token().redact(origin_of_link(url).text());
  const std::shared_ptr<RateGate> gate = RateGate::of(from);
  Attempts attempts(CallKind::download, fmt::format("downloading a result from {}", from),
                    {settings_.retry, settings_.pace, *gate, http_.token()}, job);
  while (true) {
    attempts.pass_gate();
    ResultCheck check(sink);
    HttpRequest request{url};
    request.sink = &check;
    request.most_bytes = settings_.most_result_bytes;
    HttpReply reply = http_.download(request, job.stop);
    if (reply.is_whole && reply.status < 300 && !check.is_json()) {
      throw Error(ErrorKind::model, fmt::format("downloading a result from {}: it is no JSON, but '{}'", from,
                                                printable(http_.token().redact(check.beginning()))),
                  "does a proxy answer in the server's place? curl -v shows who does");
    }
    if (reply.is_whole && reply.status < 300 && !check.is_closed()) {
      reply.is_whole = false;
      reply.fault = "its JSON breaks off before its end";
    }
    const Decision decision = attempts.judge(reply);
    if (decision.verdict == Verdict::done) return Download::done;
    sink.restart();
    if (decision.verdict == Verdict::link_expired) return reply.status == 404 || reply.status == 410 ? Download::gone : Download::link_expired;
    if (decision.verdict != Verdict::retry || !attempts.wait_for_next(reply)) attempts.give_up(reply, decision.kind);
  }
}

}  // namespace gemflow::synthesize_api
