// SPDX-License-Identifier: Apache-2.0
#include "synthesize_api/client/api_calls.hpp"

#include <algorithm>
#include <cmath>
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
  if (escaped == nullptr) throw Error(ErrorKind::usage, "an id cannot be part of a URL");
  std::string step(escaped);
  curl_free(escaped);
  if (step == "." || step == ".." || step.empty()) throw Error(ErrorKind::usage, fmt::format("'{}' is no id", step));
  return step;
}

}  // namespace

ApiCalls::ApiCalls(ApiSettings settings)
    : settings_(std::move(settings)),
      http_(origin_of(settings_.base_url), settings_.token, settings_.http),
      gate_(RateGate::of(http_.api().text())) {}

ApiCalls::~ApiCalls() = default;

std::string ApiCalls::host() const { return http_.api().text(); }

std::string ApiCalls::fetch(const std::string& path, std::size_t most_bytes, std::string_view doing, Job& job) {
  Attempts attempts(CallKind::fetch, fmt::format("{} at {}", doing, host()), {settings_.retry, settings_.pace, *gate_, http_.token()},
                    job);
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

Submission ApiCalls::submit(std::string_view model_id, std::string_view body, const std::string& idempotency_key, Job& job) {
  Attempts attempts(CallKind::submit, fmt::format("submitting to '{}' at {}", printable(model_id), host()),
                    {settings_.retry, settings_.pace, *gate_, http_.token()}, job);
  HttpRequest request{fmt::format("{}/api/models/{}/predict", settings_.base_url, step_of(model_id)), true, body, idempotency_key};
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
  const std::string shown = printable(query_id);
  Attempts attempts(CallKind::status, fmt::format("waiting for query '{}' at {}", shown, host()),
                    {settings_.retry, settings_.pace, *gate_, http_.token()}, job);
  const HttpRequest request{fmt::format("{}/api/model-queries/{}/status", settings_.base_url, step_of(query_id))};
  const Pace& pace = settings_.pace;
  const double began = pace.now();
  double interval = settings_.poll.first_seconds;
  std::string word = "submitted";
  for (std::int64_t n = 1;; ++n) {
    attempts.pass_gate();
    const HttpReply reply = http_.send(request, job.stop);
    const Decision decision = attempts.judge(reply);
    if (decision.verdict == Verdict::done) {
      QueryStatus status = read_status(reply.body);
      if (status.state == QueryStatus::State::ready) return Ready{std::move(status.download_url)};
      if (status.state == QueryStatus::State::failed) return Failed{http_.token().redact(status.message)};
      attempts.went_well();
      word = status.word;
      job.report->progress("waiting for the hosted model", n, -1);
    } else if (decision.verdict != Verdict::retry) {
      attempts.give_up(reply, decision.kind);
    }
    const double limit = settings_.poll.limit_seconds;
    if (limit > 0 && pace.now() - began >= limit) {
      throw Error(ErrorKind::pending, fmt::format("query '{}' at {} is still '{}' after {:.0f} s", shown, host(), word, limit),
                  "it goes on there: gemflow resume JOURNAL waits for it again, and pays nothing twice");
    }
    if (decision.verdict == Verdict::retry) {
      if (!attempts.wait_for_next(reply)) attempts.give_up(reply, decision.kind);
      continue;
    }
    pace.sleep(interval * (0.8 + 0.4 * pace.random()), job.stop);
    job.check_stop();
    interval = std::min(settings_.poll.most_seconds, interval * settings_.poll.growth);
  }
}

Download ApiCalls::download(const std::string& url, DownloadSink& sink, Job& job) {
  const std::string from = http_.token().redact(origin_of(url).text());
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
    if (decision.verdict == Verdict::link_expired) return Download::link_expired;
    if (decision.verdict != Verdict::retry || !attempts.wait_for_next(reply)) attempts.give_up(reply, decision.kind);
  }
}

}  // namespace gemflow::synthesize_api
