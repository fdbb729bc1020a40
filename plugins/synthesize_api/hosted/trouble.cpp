// SPDX-License-Identifier: Apache-2.0
#include "synthesize_api/hosted/trouble.hpp"

#include <fmt/format.h>

namespace gemflow::synthesize_api {

Error with_way_on(const Error& error, const ApiCalls& api, Journal& journal, bool journal_stays) {
  const bool ends_early = error.kind() == ErrorKind::network || error.kind() == ErrorKind::pending || error.kind() == ErrorKind::quota ||
                          error.kind() == ErrorKind::interrupted;
  std::int64_t n_charged = 0;
  for (const BatchRecord& batch : journal.batches()) n_charged += batch.submissions;
  const std::string message = api.redact(error.message());
  if (!ends_early || n_charged == 0) return {error.kind(), message, api.redact(error.hint())};
  const bool is_network = error.kind() == ErrorKind::network;
  const bool would_pay_twice = is_network && !journal_stays;
  const std::string go_on = fmt::format("gemflow resume '{}' goes on from there; {} so far", journal.folder().string(),
                                        n_charged == 1 ? std::string("one query was submitted") : fmt::format("{} queries were submitted", n_charged));
  return {would_pay_twice ? ErrorKind::pending : error.kind(), message, is_network || error.hint().empty() ? go_on : error.hint()};
}

}  // namespace gemflow::synthesize_api
