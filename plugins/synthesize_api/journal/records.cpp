// SPDX-License-Identifier: Apache-2.0
#include "synthesize_api/journal/records.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "gemflow/core/error.hpp"

namespace gemflow::synthesize_api {
namespace {

constexpr std::array<std::string_view, 6> states{"planned", "sending", "submitted", "downloaded", "halved", "failed"};
constexpr std::int64_t application = 0x67656d66;  // "gemf", in the database's header
constexpr std::int64_t schema_version = 1;

constexpr const char* tables =
    "BEGIN IMMEDIATE;"
    "PRAGMA application_id = 0x67656d66;"
    "PRAGMA user_version = 1;"
    "CREATE TABLE run (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE batch (key TEXT PRIMARY KEY, first INTEGER NOT NULL, n INTEGER NOT NULL, purpose TEXT NOT NULL,"
    " parent TEXT NOT NULL, state TEXT NOT NULL, is_unknown INTEGER NOT NULL DEFAULT 0, query_id TEXT NOT NULL DEFAULT '',"
    " reply_sha256 TEXT NOT NULL DEFAULT '', reply_bytes INTEGER NOT NULL DEFAULT 0, message TEXT NOT NULL DEFAULT '',"
    " submissions INTEGER NOT NULL DEFAULT 0, resubmissions INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;"
    "COMMIT";

bool is_key(std::string_view text) {
  constexpr std::size_t longest = 128;
  return !text.empty() && text.size() <= longest && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

bool is_empty(const Database& database) {
  return database.number("SELECT count(*) FROM sqlite_master") == 0 && database.number("PRAGMA application_id") == 0;
}

}  // namespace

std::string reply_file_of(std::string_view key) { return fmt::format("replies/{}.json.zst", key); }

std::string_view name_of(BatchState state) noexcept { return states[static_cast<std::size_t>(state)]; }

void require_tables(const Database& database, const std::filesystem::path& folder) {
  const auto refuse = [&](ErrorKind kind, const std::string& what) {
    throw Error(kind, fmt::format("reading the journal '{}': {}", folder.string(), what));
  };
  if (database.number("PRAGMA application_id") != application) {
    refuse(ErrorKind::input, is_empty(database) ? "journal.sqlite holds nothing" : "journal.sqlite is another program's database");
  }
  const std::int64_t version = database.number("PRAGMA user_version");
  if (version > schema_version) {
    refuse(ErrorKind::unsupported, fmt::format("a newer gemflow wrote it (its version {}, ours {})", version, schema_version));
  }
  Statement check = database.prepare("PRAGMA quick_check(1)");
  if (!check.step() || check.text(0) != "ok") {
    refuse(ErrorKind::input, fmt::format("journal.sqlite is damaged: {}", printable(check.text(0))));
  }
}

void make_tables(const Database& database, const std::filesystem::path& folder) {
  if (is_empty(database)) {
    std::error_code unseen;
    if (std::filesystem::exists(folder / "replies", unseen)) {
      throw Error(ErrorKind::input,
                  fmt::format("opening the journal '{}': there are replies, and journal.sqlite that knows of them was emptied",
                              folder.string()),
                  "another --journal begins anew, and pays again");
    }
    database.run(tables);
  }
  require_tables(database, folder);
}

std::string select_batches(std::string_view where) {
  return fmt::format("SELECT key, first, n, purpose, parent, state, is_unknown, query_id, reply_sha256, reply_bytes, message,"
                     " submissions, resubmissions FROM batch {}", where);
}

BatchRecord read_batch(const Statement& row, const std::filesystem::path& folder) {
  BatchRecord record;
  int column = 0;
  record.key = row.text(column++);
  record.first = row.number(column++);
  record.n = row.number(column++);
  record.purpose = row.text(column++);
  record.parent = row.text(column++);
  const std::string state = row.text(column++);
  record.is_unknown = row.number(column++) != 0;
  record.query_id = row.text(column++);
  record.reply_sha256 = row.text(column++);
  record.reply_bytes = row.number(column++);
  record.message = row.text(column++);
  record.submissions = row.number(column++);
  record.resubmissions = row.number(column++);
  const auto* const found = std::find(states.begin(), states.end(), state);
  if (found == states.end() || !is_key(record.key)) {
    throw Error(ErrorKind::input, fmt::format("reading the journal '{}': no such batch can be: '{}' that is '{}'",
                                              folder.string(), printable(record.key), printable(state)));
  }
  record.state = static_cast<BatchState>(found - states.begin());
  return record;
}

}  // namespace gemflow::synthesize_api
