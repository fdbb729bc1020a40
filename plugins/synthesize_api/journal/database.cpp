// SPDX-License-Identifier: Apache-2.0
#include "synthesize_api/journal/database.hpp"

#include <cassert>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include "gemflow/core/error.hpp"
#include "gemflow/core/file_descriptor.hpp"

namespace gemflow::synthesize_api {
namespace {

constexpr const char* without_locks = "unix-none";

bool is_damage(int code) { return code == SQLITE_CORRUPT || code == SQLITE_NOTADB || code == SQLITE_SCHEMA || code == SQLITE_ERROR; }

}  // namespace

void Statement::Finalise::operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
void Database::Close::operator()(sqlite3* database) const noexcept { sqlite3_close_v2(database); }

Statement::Statement(const Database& database, const char* sql) : database_(&database) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v2(database.database_.get(), sql, -1, &statement, nullptr);
  statement_.reset(statement);
  if (code != SQLITE_OK) database.fail(code);
}

void Statement::bind(int number, std::string_view text) {
  const int code = sqlite3_bind_text64(statement_.get(), number, text.data() == nullptr ? "" : text.data(), text.size(),
                                       SQLITE_STATIC, SQLITE_UTF8);
  if (code != SQLITE_OK) database_->fail(code);
}

void Statement::bind(int number, std::int64_t value) {
  const int code = sqlite3_bind_int64(statement_.get(), number, value);
  if (code != SQLITE_OK) database_->fail(code);
}

bool Statement::step() {
  const int code = sqlite3_step(statement_.get());
  if (code != SQLITE_ROW && code != SQLITE_DONE) database_->fail(code);
  return code == SQLITE_ROW;
}

std::string Statement::text(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_.get(), column));
  const int size = sqlite3_column_bytes(statement_.get(), column);
  return bytes == nullptr ? std::string() : std::string(bytes, static_cast<std::size_t>(size));
}

std::int64_t Statement::number(int column) const { return sqlite3_column_int64(statement_.get(), column); }

Database::Database(std::filesystem::path folder) : folder_(std::move(folder)) {
  const std::filesystem::path file = folder_ / "journal.sqlite";
  constexpr mode_t ours_alone = 0600;  // SQLite gives its own files the mode of this one
  const FileDescriptor made(
      uninterrupted([&] { return ::open(file.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, ours_alone); }));
  if (!made.is_open()) {
    throw Error(ErrorKind::io, fmt::format("opening the journal '{}': journal.sqlite cannot be opened ({})", folder_.string(),
                                           std::generic_category().message(errno)));
  }
  open(file, SQLITE_OPEN_READWRITE);
  // EXTRA is FULL that also syncs the folder once the rollback file has gone: without it a change may be lost with the power.
  run("PRAGMA synchronous=EXTRA; PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON");
}

void Database::open(const std::filesystem::path& file, int flags) {
  sqlite3* database = nullptr;
  const int code = sqlite3_open_v2(file.c_str(), &database, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW, without_locks);
  database_.reset(database);
  if (code != SQLITE_OK) fail(code);
}

void Database::take_bytes(std::string_view bytes) {
  sqlite3* database = nullptr;
  int code = sqlite3_open_v2(":memory:", &database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY | SQLITE_OPEN_NOMUTEX, nullptr);
  database_.reset(database);
  if (code != SQLITE_OK) fail(code);
  if (bytes.empty()) return;
  auto* const copy = static_cast<unsigned char*>(sqlite3_malloc64(bytes.size()));
  if (copy == nullptr) throw std::bad_alloc();
  std::memcpy(copy, bytes.data(), bytes.size());
  const auto size = static_cast<sqlite3_int64>(bytes.size());
  code = sqlite3_deserialize(database, "main", copy, size, size, SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_READONLY);
  if (code != SQLITE_OK) fail(code);
}

void Database::run(const char* sql) const {
  const int code = sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail(code);
}

std::int64_t Database::number(const char* sql) const {
  Statement statement(*this, sql);
  return statement.step() ? statement.number(0) : 0;
}

int Database::n_changed() const noexcept { return sqlite3_changes(database_.get()); }

void Database::fail(int code) const {
  const std::string reason = printable(database_ ? sqlite3_errmsg(database_.get()) : sqlite3_errstr(code));
  if (is_damage(code & 0xff)) {
    throw Error(ErrorKind::input, fmt::format("reading the journal '{}': journal.sqlite is damaged ({})", folder_.string(), reason),
                "what it knew of paid queries is lost: another --journal begins anew, and pays again");
  }
  throw Error(ErrorKind::io, fmt::format("writing the journal '{}': journal.sqlite takes no more ({})", folder_.string(), reason));
}

}  // namespace gemflow::synthesize_api
