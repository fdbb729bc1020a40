// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <fmt/format.h>

#include "command_list.hpp"
#include "gemflow/core/error.hpp"
#include "gemflow/core/plugin.hpp"
#include "gemflow/journal.hpp"
#include "journal_choice.hpp"
#include "shared_options.hpp"

namespace gemflow::cli {
namespace {

struct ResumeArguments {
  std::filesystem::path journal;
  std::filesystem::path token_file;
  OnUnknown on_unknown = OnUnknown::stop;
};

void bind_resume(Options& options, ResumeArguments& o) {
  options.positional({"JOURNAL", "", "the folder of a run's journal, or one that holds a single one"},
                     [&](const std::string& text) { o.journal = text; });
  options.group("Hosted models");
  options.choice<OnUnknown>({"--on-unknown", "stop|resubmit", "for a batch that may have been charged (default stop)"}, o.on_unknown,
                            {{"stop", OnUnknown::stop}, {"resubmit", OnUnknown::resubmit}});
  bind_token_file(options, o.token_file);
}

/// Takes an option and its value out of a command's words.
void drop(std::vector<std::string>& words, std::string_view name) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    const bool with_value = words[i].starts_with(std::string(name) + "=");
    if (words[i] != name && !with_value) continue;
    const auto at = words.begin() + static_cast<std::ptrdiff_t>(i);
    words.erase(at, at + (with_value || at + 1 == words.end() ? 1 : 2));
    --i;
  }
}

void run_resume(const ResumeArguments& o, Session& session) {
  const std::filesystem::path journal = std::filesystem::absolute(only_journal(o.journal)).lexically_normal();
  const std::filesystem::path token_file = o.token_file.empty() ? o.token_file : std::filesystem::absolute(o.token_file);
  const JournalSummary run = read_journal(journal);
  if (run.command.empty()) {
    throw Error(ErrorKind::usage, fmt::format("the journal '{}' does not say which command it is of", journal.string()),
                "it was made by a program that links the library: run that again");
  }
  std::vector<std::string> words = run.command;
  for (const std::string_view replaced : {"--on-unknown", "--journal"}) drop(words, replaced);
  words.insert(words.end(), {"--journal", journal.parent_path().string()});
  if (o.on_unknown == OnUnknown::resubmit) words.insert(words.end(), {"--on-unknown", "resubmit"});
  if (!token_file.empty()) {
    drop(words, "--token-file");
    words.insert(words.end(), {"--token-file", token_file.string()});
  }
  session.report.note(fmt::format("in '{}': gemflow {}", run.working_folder, fmt::join(words, " ")));
  session.next_command = {run.working_folder, journal, std::move(words)};
}

}  // namespace

constinit const Command resume_command{
    .name = "resume",
    .description = "go on with a run that was cut short; nothing is asked twice",
    .usage = "JOURNAL [options]",
    .examples = "  gemflow resume annotated.h5ad.journal\n"
                "  gemflow resume journals/3f0c52b1d9e8a774 --on-unknown resubmit\n"
                "  gemflow resume annotated.h5ad.journal --token-file key.txt\n",
    .reads_counts = false,
    .bind = [](Options& options) { return bound<ResumeArguments>(options, bind_resume, run_resume); },
};

}  // namespace gemflow::cli
