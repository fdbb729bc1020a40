// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "gemflow/core/job.hpp"
#include "synthesize_api/client/http.hpp"
#include "synthesize_api/client/retry.hpp"
#include "synthesize_api/wire/bytes.hpp"
#include "synthesize_api/wire/documents.hpp"

namespace gemflow::synthesize_api {

struct PollSettings {
  double first_seconds = 2;     ///< between the first poll, which is made at once, and the second
  double growth = 1.5;
  double most_seconds = 30;
  double limit_seconds = 0;     ///< ends the waiting, not the query; 0: never
};

struct ApiSettings {
  std::string base_url;         ///< as `base_url_of` gives it
  Token token;
  HttpSettings http;
  RetrySettings retry;
  PollSettings poll;
  Pace pace = real_pace();
  double most_fetch_seconds = 120;  ///< of retries of what begins a run: nothing is lost yet, and somebody may have mistyped a name
  std::size_t most_example_bytes = std::size_t{256} << 20;
  std::size_t most_result_bytes = std::size_t{16} << 30;  ///< decompressed
};

/// A sink that can begin anew, after a transfer that broke off.
class DownloadSink : public ByteSink {
 public:
  /// Forgets all that was written.
  virtual void restart() = 0;
};

// What becomes of a submitted query: exactly one of these.
struct Accepted {
  std::string query_id;
};
struct TooLarge {};    ///< 413: the same in smaller pieces may pass; nothing was taken
struct Unknown {
  std::string reason;  ///< a sentence; the query may run, and may be paid for. Also when a stop was asked for in the middle.
};
using Submission = std::variant<Accepted, TooLarge, Unknown>;

// What a query ends as.
struct Ready {
  std::string download_url;  ///< a secret while it is valid: not for messages, journals or logs
};
struct Failed {
  std::string message;  ///< the server's, printable
};
struct Forgotten {
  std::string reason;   ///< a sentence; the server knows no such query, in several attempts
};
using Waited = std::variant<Ready, Failed, Forgotten>;

enum class Download { done, link_expired, gone };

/// The calls of the hosted API, each with its retries. Thread-safe. Nothing is reported but through the caller's own job.
/// Errors of all: model (refused: key, value, id; an answer that is none), quota, network (gave up within the budget; nothing
/// was submitted, or asking again costs nothing), interrupted (a stop was asked for), unsupported (offline).
class ApiCalls {
 public:
  explicit ApiCalls(ApiSettings settings);
  ApiCalls(const ApiCalls&) = delete;
  ApiCalls& operator=(const ApiCalls&) = delete;
  ~ApiCalls();

  [[nodiscard]] std::vector<ListedModel> models(Job& job);
  [[nodiscard]] ExampleQuery example_query(std::string_view model_id, Job& job);
  /// As the server gives it, JSON.
  [[nodiscard]] std::string example_query_text(std::string_view model_id, Job& job);

  /// Submits a query once; again only where it is sure that the server took nothing. `body` is JSON, `idempotency_key` may be
  /// empty. Write down that you are going to before you call, and the id as soon as it returns.
  [[nodiscard]] Submission submit(std::string_view model_id, std::string_view body, const std::string& idempotency_key,
                                  Job& job);

  /// Polls until the query has ended. Call it again for a fresh link. Errors: pending (poll limit).
  [[nodiscard]] Waited wait(std::string_view query_id, Job& job);

  /// Brings a result, a JSON document whose brackets are closed, to the sink; begins anew where a transfer breaks off.
  /// `link_expired`: wait() has a fresh one, probably. `gone`: nothing is there, which an old link may say too. The sink is then empty.
  [[nodiscard]] Download download(const std::string& url, DownloadSink& sink, Job& job);

  /// "https://app.synthesize.bio": for messages.
  [[nodiscard]] std::string host() const;

  /// The text without the key and without the signed part of links: what a reply says may repeat both.
  [[nodiscard]] std::string redact(std::string_view text) const;

 private:
  [[nodiscard]] std::string fetch(const std::string& path, std::size_t most_bytes, std::string_view doing, Job& job);

  ApiSettings settings_;
  RetrySettings fetch_retry_;
  Http http_;
  std::shared_ptr<RateGate> gate_;
};

}  // namespace gemflow::synthesize_api
