// SPDX-License-Identifier: Apache-2.0
#include "synthesize_api/client/attempts.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "gemflow/core/error.hpp"
#include "synthesize_api/wire/documents.hpp"

namespace gemflow::synthesize_api {
namespace {

std::string hint_for(const HttpReply& reply, ErrorKind kind) {
  if (reply.status == 401) {
    return "is the key in SYNTHESIZE_API_KEY valid? https://app.synthesize.bio/account/api-keys lists yours";
  }
  if (reply.status == 403 && kind == ErrorKind::model) return "gemflow models synthesize: lists the models of this account";
  if (reply.status == 404) return "gemflow models synthesize: lists the models of this account";
  if (reply.status >= 300 && reply.status < 400) return "SYNTHESIZE_API_BASE_URL=URL names the API's place";
  if (kind == ErrorKind::quota) return "wait until the account's limit is renewed, then run the same command again";
  if (reply.is_refused && reply.fault.find("certificate") != reply.fault.npos) {
    return "--ca-bundle FILE names the certificates of a network of your own";
  }
  return kind == ErrorKind::network ? "run the same command again" : "";
}

}  // namespace

Attempts::Attempts(CallKind call, std::string doing, Lent lent, Job& job)
    : call_(call), doing_(std::move(doing)), lent_(lent), job_(job), began_(lent.pace.now()) {}

void Attempts::pass_gate() {
  lent_.gate.pass(lent_.pace, job_.stop);
  job_.check_stop();
}

Decision Attempts::judge(const HttpReply& reply, bool is_understood) {
  const bool may_be_taken = call_ == CallKind::submit && reply.delivery != Delivery::not_sent;
  if (reply.is_stopped && !may_be_taken) job_.check_stop();
  return decide({call_, reply.delivery, reply.status, reply.is_whole, reply.is_refused, reply.is_too_long, is_understood,
                 !reply.retry_after.empty(), reply.body, n_failed_});
}

bool Attempts::wait_for_next(const HttpReply& reply) {
  const double now = lent_.pace.now();
  auto asked = seconds_in(reply.retry_after, lent_.pace.date());
  if (asked && *asked <= 0) asked.reset();  // "at once", or a clock that is wrong: not again and again without a pause
  double wait = back_off(lent_.settings, n_failed_, lent_.pace.random());
  if (asked && (reply.status == 429 || reply.status == 503)) {
    wait = std::min(*asked, lent_.settings.most_retry_after);
    lent_.gate.close_until(now + wait);
  } else if (asked) {
    wait = std::max(wait, std::min(*asked, lent_.settings.most_retry_after));
  }
  if (now + wait - began_ > lent_.settings.budget_seconds) return false;
  ++n_failed_;
  lent_.pace.sleep(wait, job_.stop);
  job_.check_stop();
  return true;
}

void Attempts::went_well() {
  n_failed_ = 0;
  began_ = lent_.pace.now();
}

std::string Attempts::sentence(const HttpReply& reply) const {
  if (reply.status < 300 && !reply.fault.empty()) return reply.fault;
  if (reply.status >= 300 && reply.status < 400 && !reply.redirect.empty()) {
    return fmt::format("status {}, a redirect, which is not followed here", reply.status);
  }
  std::string said = lent_.token.redact(read_refusal(reply.body).sentence());
  return said.empty() ? fmt::format("status {}", reply.status) : fmt::format("status {}: {}", reply.status, said);
}

std::string Attempts::whole_sentence(const HttpReply& reply) const {
  const std::string tries = n_failed_ == 0 ? "" : fmt::format(", after {} attempts", n_failed_ + 1);
  return fmt::format("{}: {}{}", doing_, sentence(reply), tries);
}

void Attempts::give_up(const HttpReply& reply, ErrorKind kind) const {
  throw Error(kind, whole_sentence(reply), hint_for(reply, kind));
}

}  // namespace gemflow::synthesize_api
