// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "gemflow/core/job.hpp"
#include "gemflow/core/plugin.hpp"
#include "synthesize_api/client/api_calls.hpp"
#include "synthesize_api/hosted/first_alone.hpp"
#include "synthesize_api/journal/journal.hpp"
#include "synthesize_api/wire/bytes.hpp"

namespace gemflow::synthesize_api {

/// A question as it is sent and remembered.
struct Body {
  std::string model_id;
  std::string text;        ///< JSON
  std::string position;    ///< where it stands in the run: two equal bodies at two places are two questions
  std::int64_t first = 0;  ///< number of its first cell, for people
  std::int64_t n = 0;      ///< outputs that are expected
  std::string purpose = "batch";
  std::string parent;      ///< key of the larger body that was refused as too large
  /// Stable over runs: a digest of model, position and text.
  [[nodiscard]] std::string key() const;
};

/// Puts questions to the API, each once, whatever happens between: what is sent, accepted and answered is in the journal
/// before the next step is made. Thread-safe.
class Exchange {
 public:
  Exchange(ApiCalls& api, Journal& journal, OnUnknown on_unknown) noexcept
      : api_(api), journal_(journal), on_unknown_(on_unknown) {}

  /// The reply: out of the journal, else asked for. Nothing: the server finds the body too large, and its halves are to be asked.
  /// Errors: pending (nobody knows whether it was charged, and that stops), model (refused, or the query failed), and those of
  /// ApiCalls.
  [[nodiscard]] std::unique_ptr<ByteSource> ask(const Body& body, Job& job);

 private:
  void send(const std::string& key, const Body& body, Job& job);
  /// False: the server has forgotten it, and it is planned again.
  bool fetch(const std::string& key, Job& job);
  void settle_unknown(const BatchRecord& record, const std::string& reason);
  void send_again(const BatchRecord& record, const std::string& reason);
  [[nodiscard]] Error pending(const BatchRecord& record, const std::string& reason) const;

  ApiCalls& api_;
  Journal& journal_;
  OnUnknown on_unknown_;
  FirstAlone first_alone_;
};

/// Brings the answer of a batch that was submitted into the journal; the server's sentence where it knows the query no more.
/// Errors: model (the query failed), those of ApiCalls.
[[nodiscard]] std::optional<Forgotten> fetch_reply(ApiCalls& api, Journal& journal, const BatchRecord& record, Job& job);

}  // namespace gemflow::synthesize_api
