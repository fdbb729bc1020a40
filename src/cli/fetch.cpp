// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "command_list.hpp"
#include "destinations.hpp"
#include "gemflow/core/error.hpp"
#include "gemflow/hosted.hpp"
#include "journal_choice.hpp"
#include "shared_options.hpp"

namespace gemflow::cli {
namespace {

struct FetchArguments {
  std::filesystem::path journal;
  HostedOptions hosted;
};

void bind_fetch(Options& options, FetchArguments& o) {
  options.positional({"JOURNAL", "", "the folder of a run's journal, or one that holds a single one"},
                     [&](const std::string& text) { o.journal = text; });
  options.group("Hosted models");
  bind_token_file(options, o.hosted.token_file);
  bind_ca_bundle(options, o.hosted.ca_bundle);
}

void run_fetch(const FetchArguments& o, Session& session) {
  check_destinations({}, {}, false, session);
  const std::filesystem::path journal = only_journal(o.journal);
  const Fetched fetched = fetch_answers(journal, o.hosted, session.job);
  session.result["journal"] = journal.string();
  session.result["n_fetched"] = fetched.n_fetched;
  session.result["n_there"] = fetched.n_there;
  session.result["n_open"] = fetched.n_open;
  session.result["n_failed"] = fetched.n_failed;
  session.report.note(fmt::format("fetched: {}; {} were there, {} are not submitted or may be, {} failed",
                                  counted(fetched.n_fetched, "answer"), fetched.n_there, fetched.n_open, fetched.n_failed));
  session.report.note(fmt::format("gemflow resume '{}' asks the rest and writes the output", journal.string()));
}

}  // namespace

constinit const Command fetch_command{
    .name = "fetch",
    .description = "bring the answers that a run submitted into its journal, and submit nothing",
    .usage = "JOURNAL [options]",
    .examples = "  gemflow fetch annotated.h5ad.journal\n"
                "  gemflow fetch journals/3f0c52b1d9e8a774\n"
                "  gemflow fetch annotated.h5ad.journal --token-file key.txt\n",
    .reads_counts = false,
    .bind = [](Options& options) { return bound<FetchArguments>(options, bind_fetch, run_fetch); },
};

}  // namespace gemflow::cli
