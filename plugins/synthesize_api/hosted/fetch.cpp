// SPDX-License-Identifier: Apache-2.0
#include "gemflow/core/error.hpp"
#include "gemflow/hosted.hpp"
#include "synthesize_api/hosted/connection.hpp"
#include "synthesize_api/hosted/exchange.hpp"

namespace gemflow {
namespace {

using namespace synthesize_api;

/// Counts where a batch stands; brings what can be brought.
void fetch(ApiCalls& api, Journal& journal, const BatchRecord& record, Fetched& fetched, Job& job) {
  switch (record.state) {
    case BatchState::downloaded: ++fetched.n_there; return;
    case BatchState::failed: ++fetched.n_failed; return;
    case BatchState::halved: return;  // its halves are batches themselves
    case BatchState::planned:
    case BatchState::sending: ++fetched.n_open; return;
    case BatchState::submitted: break;
  }
  try {
    fetch_reply(api, journal, record, job);
    ++fetched.n_fetched;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::model) throw;
    job.report->warning(error.message());
    ++fetched.n_failed;
  }
}

}  // namespace

Fetched fetch_answers(const std::filesystem::path& folder, const HostedOptions& options, Job& job) {
  const auto journal = Journal::reopen(folder, job);
  const auto api = connect(options, read_model_id(journal->start().model_id).family);
  if (api->host() != origin_of(journal->start().base_url).text()) {
    throw Error(ErrorKind::usage, "the journal '" + folder.string() + "' is of " + journal->start().base_url + ", and " + api->host() + " would be asked",
                "SYNTHESIZE_API_BASE_URL=" + journal->start().base_url);
  }
  Fetched fetched;
  for (const BatchRecord& record : journal->records()) {
    job.check_stop();
    fetch(*api, *journal, record, fetched, job);
  }
  return fetched;
}

}  // namespace gemflow
