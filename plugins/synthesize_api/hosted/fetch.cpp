// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "gemflow/core/error.hpp"
#include "gemflow/core/version.hpp"
#include "gemflow/hosted.hpp"
#include "gemflow/journal.hpp"
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
    if (const auto forgotten = fetch_reply(api, journal, record, job)) throw Error(ErrorKind::model, forgotten->reason);
    ++fetched.n_fetched;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::model) throw;
    job.report->warning(error.message());
    ++fetched.n_failed;
  }
}

}  // namespace

Fetched fetch_answers(const std::filesystem::path& folder, const HostedOptions& options, Job& job) {
  const JournalSummary run = read_journal(folder);
  const std::string family = read_model_id(run.model).family;
  if (const std::string base_url = base_url_of(family); base_url != run.base_url) {
    throw Error(ErrorKind::usage, fmt::format("the journal '{}' is of {}, and {} would be asked", folder.string(), run.base_url, base_url),
                "SYNTHESIZE_API_BASE_URL=" + run.base_url);
  }
  const auto api = connect(options, family);
  const auto journal = Journal::open(folder, {run.command, run.working_folder, run.base_url, run.model, std::string(version), {}}, job);
  Fetched fetched;
  for (const BatchRecord& record : journal->batches()) {
    job.check_stop();
    fetch(*api, *journal, record, fetched, job);
  }
  return fetched;
}

}  // namespace gemflow
