// SPDX-License-Identifier: Apache-2.0
#include "synthesize_api/journal/journal.hpp"

#include <cassert>
#include <cerrno>
#include <optional>
#include <system_error>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>

#include "gemflow/core/error.hpp"

namespace gemflow::synthesize_api {
namespace {

namespace fs = std::filesystem;

/// For its owner's eyes alone; one that is there is left as it is.
void make_folder(const fs::path& path, const fs::path& journal) {
  constexpr mode_t ours_alone = 0700;
  if (mkdir(path.c_str(), ours_alone) == 0) return;
  const int error = errno;
  std::error_code unseen;
  const bool is_there = path == journal ? fs::is_directory(path, unseen) : fs::symlink_status(path, unseen).type() == fs::file_type::directory;
  if (error == EEXIST && is_there) return;
  throw Error(ErrorKind::io, fmt::format("opening the journal '{}': the folder '{}' cannot be made ({})", journal.string(),
                                         path.string(), std::generic_category().message(error)));
}

/// The folder by the one name that has no links in it.
fs::path made_folder(const fs::path& folder) {
  std::error_code later;  // what is wrong is said where the folder itself cannot be made
  const fs::path name = folder.has_filename() ? folder : folder.parent_path();
  if (name.has_parent_path()) fs::create_directories(name.parent_path(), later);
  make_folder(name, name);
  return fs::canonical(name);
}

std::string json_text(const std::vector<std::string>& words) {
  return nlohmann::json(words).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

/// Recorded names of what `settle` and `JournalStart::settings` bring do not meet ours.
std::string name_of_settled(std::string_view name) { return fmt::format("settled {}", name); }

}  // namespace

std::unique_ptr<Journal> Journal::open(const fs::path& folder, const JournalStart& start, Job& job, LockTiming timing) {
  std::unique_ptr<Journal> journal(new Journal(made_folder(folder), timing, job));
  journal->begin(start);
  return journal;
}

Journal::Journal(fs::path folder, LockTiming timing, Job& job)
    : folder_(std::move(folder)), lock_(folder_, timing, job), database_(folder_) {}

void Journal::begin(const JournalStart& start) {
  make_tables(database_, folder_);
  make_folder(folder_ / "replies", folder_);
  require_same("base url", start.base_url);
  require_same("model", start.model);
  for (const auto& [name, value] : start.settings) require_same(name, value);
  const std::string command = json_text(start.command);
  constexpr const char* record = "INSERT OR REPLACE INTO run (name, value) VALUES (?, ?)";
  database_.run("BEGIN IMMEDIATE");
  change(record, std::string_view("base url"), start.base_url);
  change(record, std::string_view("model"), start.model);
  for (const auto& [name, value] : start.settings) change(record, name, value);
  change(record, std::string_view("command"), command);
  change(record, std::string_view("working folder"), start.working_folder);
  change(record, std::string_view("version"), start.version);
  database_.change("UPDATE batch SET is_unknown = 1 WHERE state = 'sending'");
  database_.run("COMMIT");
}

void Journal::require_same(std::string_view name, const std::string& now) {
  const std::string before = recorded(name, now);
  if (before == now) return;
  throw Error(ErrorKind::usage,
              fmt::format("the journal '{}' is of another run: its {} is '{}', and now it is '{}'", folder_.string(), name,
                          printable(before), printable(now)),
              "another --journal begins anew");
}

std::string Journal::recorded(std::string_view name, const std::string& otherwise) const {
  Statement row = database_.prepare("SELECT value FROM run WHERE name = ?");
  row.bind(1, name);
  return row.step() ? row.text(0) : otherwise;
}

template <typename... Values>
void Journal::change(const char* sql, const Values&... values) {
  lock_.require_held();
  if (database_.change(sql, values...) == 1) return;
  throw Error(ErrorKind::internal, "the journal holds no batch in the state that this change needs");
}

std::optional<std::string> Journal::settled(std::string_view name) {
  const std::scoped_lock guard(mutex_);
  const std::string key = name_of_settled(name);
  if (Statement row = database_.prepare("SELECT 1 FROM run WHERE name = ?"); row.bind(1, key), row.step()) return recorded(key, {});
  return std::nullopt;
}

std::string Journal::settle(std::string_view name, const std::string& value) {
  const std::scoped_lock guard(mutex_);
  const std::string key = name_of_settled(name);
  if (Statement row = database_.prepare("SELECT 1 FROM run WHERE name = ?"); row.bind(1, key), row.step()) {
    return recorded(key, value);
  }
  change("INSERT INTO run (name, value) VALUES (?, ?)", key, value);
  return value;
}

BatchRecord Journal::read(const std::string& key) const {
  const std::string select = select_batches("WHERE key = ?");
  Statement row = database_.prepare(select.c_str());
  row.bind(1, key);
  [[maybe_unused]] const bool is_there = row.step();
  assert(is_there);
  return read_batch(row, folder_);
}

BatchRecord Journal::find(const std::string& key) {
  const std::scoped_lock guard(mutex_);
  return read(key);
}

std::vector<BatchRecord> Journal::batches() {
  const std::scoped_lock guard(mutex_);
  const std::string select = select_batches("ORDER BY first, n DESC, key");
  Statement row = database_.prepare(select.c_str());
  std::vector<BatchRecord> all;
  while (row.step()) all.push_back(read_batch(row, folder_));
  return all;
}

BatchRecord Journal::plan(const BatchPlan& batch) {
  const std::scoped_lock guard(mutex_);
  lock_.require_held();
  database_.change("DELETE FROM run WHERE name = 'ended' AND NOT EXISTS (SELECT 1 FROM batch WHERE key = ?)", batch.key);
  database_.change("INSERT OR IGNORE INTO batch (key, first, n, purpose, parent, state) VALUES (?, ?, ?, ?, ?, 'planned')",
                   batch.key, batch.first, batch.n, batch.purpose, batch.parent);
  BatchRecord record = read(batch.key);
  if (record.first != batch.first || record.n != batch.n || record.purpose != batch.purpose) {
    throw Error(ErrorKind::usage,
                fmt::format("the journal '{}' has {} cells from {} on where this run has {} from {} on, under one key '{}'",
                            folder_.string(), record.n, record.first, batch.n, batch.first, batch.key),
                "another --journal begins anew");
  }
  if (record.state != BatchState::failed) return record;
  change("UPDATE batch SET state = 'planned', query_id = '' WHERE key = ? AND state = 'failed'", batch.key);
  return read(batch.key);
}

void Journal::sending(const std::string& key) {
  const std::scoped_lock guard(mutex_);
  change("UPDATE batch SET state = 'sending', is_unknown = 0, query_id = '', submissions = submissions + 1"
         " WHERE key = ? AND state IN ('planned', 'failed')", key);
}

void Journal::not_sent(const std::string& key) {
  const std::scoped_lock guard(mutex_);
  change("UPDATE batch SET state = 'planned', is_unknown = 0, submissions = submissions - 1 WHERE key = ? AND state = 'sending'",
         key);
}

void Journal::submitted(const std::string& key, const std::string& query_id) {
  const std::scoped_lock guard(mutex_);
  try {
    change("UPDATE batch SET state = 'submitted', is_unknown = 0, message = '', query_id = ? WHERE key = ? AND state = 'sending'",
           query_id, key);
  } catch (const Error& error) {
    throw Error(ErrorKind::pending, fmt::format("query '{}' was accepted and cannot be recorded: {}", printable(query_id), error.message()),
                error.hint());
  }
}

bool Journal::is_of_another(const std::string& query_id, const std::string& key) {
  const std::scoped_lock guard(mutex_);
  Statement row = database_.prepare("SELECT 1 FROM batch WHERE query_id = ? AND key <> ?");
  row.bind(1, query_id);
  row.bind(2, key);
  return row.step();
}

void Journal::resubmit(const std::string& key) {
  const std::scoped_lock guard(mutex_);
  change("UPDATE batch SET state = 'planned', is_unknown = 0, resubmissions = resubmissions + 1"
         " WHERE key = ? AND state IN ('sending', 'submitted')", key);
}

void Journal::failed(const std::string& key, const std::string& message) {
  const std::scoped_lock guard(mutex_);
  change("UPDATE batch SET state = 'failed', is_unknown = 0, message = ? WHERE key = ?", message, key);
}

void Journal::halved(const std::string& key) {
  const std::scoped_lock guard(mutex_);
  change("UPDATE batch SET state = 'halved', is_unknown = 0 WHERE key = ? AND state IN ('planned', 'sending')", key);
}

void Journal::ended() {
  const std::scoped_lock guard(mutex_);
  change("INSERT OR REPLACE INTO run (name, value) VALUES (?, ?)", std::string_view("ended"), std::string_view("yes"));
}

std::unique_ptr<StoredReplyWriter> Journal::begin_reply(const std::string& key) const {
  return std::make_unique<StoredReplyWriter>(folder_ / reply_file_of(key));
}

void Journal::downloaded(const std::string& key, std::unique_ptr<StoredReplyWriter> reply) {
  const ReplyReceipt receipt = reply->commit();  // without the mutex: other threads go on while the disk is at work
  const std::scoped_lock guard(mutex_);
  change("UPDATE batch SET state = 'downloaded', reply_sha256 = ?, reply_bytes = ? WHERE key = ? AND state = 'submitted'",
         receipt.sha256, receipt.bytes, key);
}

std::unique_ptr<ByteSource> Journal::open_reply(const std::string& key) {
  const BatchRecord record = find(key);
  std::unique_ptr<ByteSource> reply = StoredReplyReader::open(folder_ / reply_file_of(key), {record.reply_sha256, record.reply_bytes});
  if (reply) return reply;
  const std::scoped_lock guard(mutex_);
  change("UPDATE batch SET state = 'submitted' WHERE key = ? AND state = 'downloaded'", key);
  return nullptr;
}

}  // namespace gemflow::synthesize_api
