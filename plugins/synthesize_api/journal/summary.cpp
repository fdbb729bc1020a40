// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <nlohmann/json.hpp>

#include "gemflow/core/error.hpp"
#include "gemflow/journal.hpp"
#include "synthesize_api/journal/database.hpp"
#include "synthesize_api/journal/lock_holder.hpp"
#include "synthesize_api/journal/records.hpp"

namespace gemflow {
namespace {

namespace fs = std::filesystem;
using namespace synthesize_api;

std::vector<std::string> words_of(const std::string& json) {
  const auto words = nlohmann::json::parse(json, nullptr, false);
  std::vector<std::string> all;
  if (!words.is_array()) return all;
  for (const auto& word : words) all.push_back(word.is_string() ? word.get<std::string>() : std::string());
  return all;
}

void read_run(const Database& database, JournalSummary& summary) {
  Statement row = database.prepare("SELECT name, value FROM run");
  while (row.step()) {
    const std::string name = row.text(0);
    const std::string value = row.text(1);
    if (name == "command") summary.command = words_of(value);
    if (name == "working folder") summary.working_folder = value;
    if (name == "base url") summary.base_url = value;
    if (name == "model") summary.model = value;
    if (name == "version") summary.version = value;
    if (name == "ended") summary.has_ended = true;
  }
}

std::int64_t& count_of(BatchCounts& counts, const BatchRecord& record, bool is_held) {
  switch (record.state) {
    case BatchState::planned: return counts.planned;
    case BatchState::sending: return record.is_unknown || !is_held ? counts.unknown : counts.sending;
    case BatchState::submitted: return counts.submitted;
    case BatchState::downloaded: return counts.downloaded;
    case BatchState::halved: return counts.halved;
    case BatchState::failed: break;
  }
  return counts.failed;
}

void read_batches(const Database& database, JournalSummary& summary) {
  const std::string select = select_batches("ORDER BY first, n DESC, key");
  Statement row = database.prepare(select.c_str());
  while (row.step()) {
    const BatchRecord record = read_batch(row, summary.folder);
    ++count_of(summary.counts, record, !summary.holder.empty());
    summary.submissions += record.submissions;
    summary.resubmissions += record.resubmissions;
    if (record.state == BatchState::downloaded) summary.reply_bytes += record.reply_bytes;
    if (record.state == BatchState::failed) summary.failures.push_back({record.first, record.n, printable(record.message)});
  }
}

}  // namespace

JournalSummary read_journal(const fs::path& folder) {
  JournalSummary summary;
  summary.folder = folder;
  const auto holder = read_lock(folder / "lock");
  if (holder && pulse_of(*holder) != Pulse::gone) summary.holder = text_of(*holder);
  const Database database = Database::snapshot(folder);
  require_tables(database, folder);
  read_run(database, summary);
  read_batches(database, summary);
  return summary;
}

std::vector<fs::path> journals_in(const fs::path& folder) {
  const auto is_journal = [](const fs::path& path) {
    std::error_code unseen;
    return fs::exists(path / "journal.sqlite", unseen);
  };
  if (is_journal(folder)) return {folder};
  std::vector<fs::path> found;
  std::error_code unseen;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, unseen)) {
    if (is_journal(entry.path())) found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace gemflow
