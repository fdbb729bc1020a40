// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <array>

#include "command_list.hpp"
#include "destinations.hpp"
#include "gemflow/core/error.hpp"
#include "gemflow/journal.hpp"
#include "text_table.hpp"

namespace gemflow::cli {
namespace {

namespace fs = std::filesystem;

struct StatusOptions {
  fs::path journal;
};

void bind_status(Options& options, StatusOptions& o) {
  options.positional({"JOURNAL", "", "the journal of a run of a hosted model, or the folder of several"},
                     [&](const std::string& text) { o.journal = text; });
}

/// The words as a shell would take them.
std::string quoted(const std::vector<std::string>& words) {
  constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=./:,@%+";
  std::string text;
  for (const std::string& word : words) {
    const bool is_plain = !word.empty() && word.find_first_not_of(plain) == std::string::npos;
    std::string escaped;
    for (const char c : word) escaped += c == '\'' ? std::string("'\\''") : std::string(1, c);
    text += (text.empty() ? "" : " ") + (is_plain ? word : "'" + escaped + "'");
  }
  return text;
}

struct StateRow {
  std::string_view state;
  std::int64_t n;
  std::string_view next;
};

std::array<StateRow, 7> rows_of(const BatchCounts& counts) {
  return {{{"downloaded", counts.downloaded, "paid, and here"},
           {"submitted", counts.submitted, "to be fetched"},
           {"sending", counts.sending, "on their way"},
           {"unknown", counts.unknown, "perhaps paid: resume --on-unknown resubmit sends them again"},
           {"planned", counts.planned, "to be sent"},
           {"failed", counts.failed, "a rerun sends them again"},
           {"halved", counts.halved, "too large, asked for in pieces"}}};
}

std::string text_of(const JournalSummary& journal) {
  std::string text = fmt::format("{}: {} at {}\n", printable(journal.folder.string(), 4096), printable(journal.model),
                                 printable(journal.base_url));
  text += fmt::format("  command  {}\n", printable("gemflow " + quoted(journal.command), 4096));
  text += fmt::format("  in       {}\n", printable(journal.working_folder, 4096));
  text += fmt::format("  charged  {} submissions at most, {} of them sent again\n", journal.submissions, journal.resubmissions);
  text += fmt::format("  replies  {} bytes\n", journal.reply_bytes);
  text += fmt::format("  at work  {}\n\n", journal.holder.empty() ? "nobody" : printable(journal.holder));
  TextTable table({"state", "batches", "what next"});
  for (const StateRow& row : rows_of(journal.counts)) {
    if (row.n > 0) table.row({std::string(row.state), fmt::format("{}", row.n), std::string(row.next)});
  }
  text += table.text();
  for (const FailedBatch& batch : journal.failures) {
    text += fmt::format("\nfailed: {} from {} on: {}\n", batch.n, batch.first, batch.message);
  }
  return text;
}

Json json_of(const JournalSummary& journal) {
  Json batches = Json::object();
  for (const StateRow& row : rows_of(journal.counts)) batches[std::string(row.state)] = row.n;
  Json failures = Json::array();
  for (const FailedBatch& batch : journal.failures) {
    failures.push_back({{"first", batch.first}, {"n", batch.n}, {"message", batch.message}});
  }
  return {{"journal", journal.folder.string()},
          {"command", journal.command},
          {"working_folder", journal.working_folder},
          {"base_url", journal.base_url},
          {"model", journal.model},
          {"version", journal.version},
          {"batches", std::move(batches)},
          {"submissions", journal.submissions},
          {"resubmissions", journal.resubmissions},
          {"reply_bytes", journal.reply_bytes},
          {"failures", std::move(failures)},
          {"holder", journal.holder.empty() ? Json() : Json(journal.holder)}};
}

std::string what_next(const JournalSummary& journal) {
  return journal.holder.empty() ? fmt::format("gemflow resume '{}'", journal.folder.string()) : "a run is at work with it";
}

/// The exit code says it, too: an error where something is left to be done.
void require_done(const std::vector<JournalSummary>& journals) {
  for (const JournalSummary& journal : journals) {
    if (!journal.is_open() && !journal.has_ended && journal.counts.failed == 0) {
      throw Error(ErrorKind::pending,
                  fmt::format("'{}' is not done: its run was cut short before it had asked for everything", journal.folder.string()),
                  what_next(journal));
    }
    if (!journal.is_open()) continue;
    const BatchCounts& counts = journal.counts;
    const std::int64_t n_open = counts.planned + counts.sending + counts.unknown + counts.submitted;
    throw Error(ErrorKind::pending,
                fmt::format("'{}' is not done: {} of its batches are open", journal.folder.string(), n_open),
                what_next(journal));
  }
  for (const JournalSummary& journal : journals) {
    if (journal.counts.failed == 0) continue;
    throw Error(ErrorKind::model,
                fmt::format("'{}' is not whole: the model failed on {} of its batches", journal.folder.string(), journal.counts.failed),
                fmt::format("gemflow resume '{}'", journal.folder.string()));
  }
}

void run_status(const StatusOptions& o, Session& session) {
  check_destinations({}, {}, false, session);
  const std::vector<fs::path> folders = journals_in(o.journal);
  if (folders.empty()) {
    throw Error(ErrorKind::input, fmt::format("there is no journal of a hosted run in '{}'", o.journal.string()));
  }
  std::vector<JournalSummary> journals;
  std::string text;
  session.result["journals"] = Json::array();
  for (const fs::path& folder : folders) {
    journals.push_back(read_journal(folder));
    text += (text.empty() ? "" : "\n") + text_of(journals.back());
    session.result["journals"].push_back(json_of(journals.back()));
  }
  session.print(text);
  session.result_stands = true;
  require_done(journals);
}

}  // namespace

constinit const Command status_command{
    .name = "status",
    .description = "how far a run of a hosted model came: what is paid, what is here, what is left",
    .usage = "JOURNAL [options]",
    .examples = "  gemflow status out.h5ad.journal\n"
                "  gemflow status out.h5ad.journal --json\n"
                "  gemflow status out.h5ad.journal --json=status.json -q\n",
    .reads_counts = false,
    .bind = [](Options& options) { return bound<StatusOptions>(options, bind_status, run_status); },
};

}  // namespace gemflow::cli
