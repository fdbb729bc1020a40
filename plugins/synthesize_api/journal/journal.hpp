// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gemflow/core/job.hpp"
#include "synthesize_api/journal/database.hpp"
#include "synthesize_api/journal/folder_lock.hpp"
#include "synthesize_api/journal/records.hpp"
#include "synthesize_api/journal/reply_file.hpp"

namespace gemflow::synthesize_api {

/// What a run is. No secrets: all of it is kept.
struct JournalStart {
  std::vector<std::string> command;  ///< the words to run it again
  std::string working_folder;
  std::string base_url;  ///< this and the model's id must be the same in each run
  std::string model;
  std::string version;   ///< gemflow's
  std::vector<std::pair<std::string, std::string>> settings;  ///< what else must be: name and value
};

/// What a run of a hosted model sent, heard and received, so that it can be ended and gone on with at any moment and nothing is
/// asked, or paid, twice. A folder: journal.sqlite, lock, replies/KEY.json.zst, for the user's eyes alone. Each change is on
/// the disk when its call returns.
///
///   planned -> sending -> submitted -> downloaded        sending -> planned (not_sent, resubmit)
///           -> failed -> planned, in the next `plan`     submitted -> planned (resubmit)
///                                                        planned, sending -> halved
///
/// Thread-safe. Errors of all calls: pending (another process took the journal over), io (disk full), input (damaged).
class Journal {
 public:
  /// Makes it, or goes on with what is there; `command`, folder and version become those of the latest run.
  /// Errors: pending (another run holds it), usage (it is of another model, server or setting), input, unsupported, io.
  [[nodiscard]] static std::unique_ptr<Journal> open(const std::filesystem::path& folder, const JournalStart& start, Job& job,
                                                     LockTiming timing = {});

  /// What this run goes by: the value that an earlier run recorded, else `value`, which is recorded.
  std::string settle(std::string_view name, const std::string& value);
  /// What was settled under this name; nothing where nothing was.
  [[nodiscard]] std::optional<std::string> settled(std::string_view name);

  /// The batch as it is recorded, else as planned. One that failed in an earlier run, or this one, is planned anew and keeps
  /// its message. Errors: usage (the key is recorded with other cells).
  BatchRecord plan(const BatchPlan& batch);
  /// REQUIRES of this and all below: the key was planned.
  [[nodiscard]] BatchRecord find(const std::string& key);
  /// All, by first cell.
  [[nodiscard]] std::vector<BatchRecord> batches();

  /// About to be sent; counts a submission. REQUIRES: planned or failed.
  void sending(const std::string& key);
  /// Surely not delivered, or refused: planned again, and the submission is not counted. REQUIRES: sending.
  void not_sent(const std::string& key);
  /// Accepted. Errors: pending, with the query's id in its message, if it cannot be recorded. REQUIRES: sending.
  void submitted(const std::string& key, const std::string& query_id);
  /// Whether another batch was accepted under this id.
  [[nodiscard]] bool is_of_another(const std::string& query_id, const std::string& key);
  /// Nobody knows whether it arrived, or the server knows it no more, and it is to be sent again: planned, a resubmission counted.
  /// REQUIRES: sending or submitted.
  void resubmit(const std::string& key);
  void failed(const std::string& key, const std::string& message);
  /// Its children are planned with it as their parent. REQUIRES: planned or sending; `not_sent` first where that is so.
  void halved(const std::string& key);

  /// Where a reply is to be written. One writer a key at a time.
  [[nodiscard]] std::unique_ptr<StoredReplyWriter> begin_reply(const std::string& key) const;
  /// Commits the reply and records it. REQUIRES: submitted; the reply is of `begin_reply(key)`.
  void downloaded(const std::string& key, std::unique_ptr<StoredReplyWriter> reply);
  /// Nothing: the reply is gone or damaged, and the batch is submitted again, to be fetched anew. REQUIRES: downloaded.
  [[nodiscard]] std::unique_ptr<ByteSource> open_reply(const std::string& key);

  /// All was asked that there was to ask, and its answers are where they belong. Batches are planned as they come, so that without
  /// this nobody could tell a run that ended from one that was cut short between two. A new batch takes it back.
  void ended();

  [[nodiscard]] const std::filesystem::path& folder() const noexcept { return folder_; }

 private:
  Journal(std::filesystem::path folder, LockTiming timing, Job& job);
  void begin(const JournalStart& start);
  void require_same(std::string_view name, const std::string& now);
  [[nodiscard]] std::string recorded(std::string_view name, const std::string& otherwise) const;
  [[nodiscard]] BatchRecord read(const std::string& key) const;
  /// One row, and it must be there. REQUIRES: the mutex is held.
  template <typename... Values>
  void change(const char* sql, const Values&... values);

  std::filesystem::path folder_;
  std::mutex mutex_;
  FolderLock lock_;
  Database database_;
};

}  // namespace gemflow::synthesize_api
