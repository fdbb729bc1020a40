// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "gemflow/core/job.hpp"
#include "synthesize_api/client/http.hpp"
#include "synthesize_api/client/retry.hpp"

namespace gemflow::synthesize_api {

/// The attempts of one call: judges each, waits before the next, and says in the end why it gave up.
class Attempts {
 public:
  /// Lent by the caller, for as long as the call lasts.
  struct Lent {
    const RetrySettings& settings;
    const Pace& pace;
    RateGate& gate;
    const Token& token;
  };
  /// `doing` begins every message: "listing the models of https://app.synthesize.bio".
  Attempts(CallKind call, std::string doing, Lent lent, Job& job);

  /// Waits at the host's gate. Errors: interrupted.
  void pass_gate();
  /// What to do now. Does not wait. Errors: interrupted, where the reply was cut short by a stop and can have had no effect.
  [[nodiscard]] Decision judge(const HttpReply& reply, bool is_understood = true);
  /// Waits before the next attempt: as long as the server asks, else by back-off. False: the budget is used up.
  /// Errors: interrupted.
  [[nodiscard]] bool wait_for_next(const HttpReply& reply);
  /// Another attempt went well: budget and back-off begin anew.
  void went_well();

  /// The sentence about a reply that is no success: status and what the server said, or what broke.
  [[nodiscard]] std::string sentence(const HttpReply& reply) const;
  /// The same, with what was being done, and how often it was tried.
  [[nodiscard]] std::string whole_sentence(const HttpReply& reply) const;
  /// Throws what the call ends with.
  [[noreturn]] void give_up(const HttpReply& reply, ErrorKind kind) const;

 private:
  CallKind call_;
  std::string doing_;
  Lent lent_;
  Job& job_;
  double began_;
  int n_failed_ = 0;
};

}  // namespace gemflow::synthesize_api
