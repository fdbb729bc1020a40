// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace gemflow::synthesize_api {

class Database;

/// One SQL statement. REQUIRES: its database outlives it.
class Statement {
 public:
  /// The number-th `?`, from 1. REQUIRES: a text lives until the statement is gone.
  void bind(int number, std::string_view text);
  void bind(int number, std::int64_t value);

  /// Whether there is another row. Errors: as Database.
  [[nodiscard]] bool step();
  [[nodiscard]] std::string text(int column) const;
  [[nodiscard]] std::int64_t number(int column) const;

 private:
  friend class Database;
  Statement(const Database& database, const char* sql);

  struct Finalise {
    void operator()(sqlite3_stmt* statement) const noexcept;
  };
  const Database* database_;
  std::unique_ptr<sqlite3_stmt, Finalise> statement_;
};

/// journal.sqlite of a folder. Each change is on the disk when the call returns. SQLite's own locks are switched off, since
/// they are unsafe on NFS. Errors of all calls: input (damaged), io (disk full).
class Database {
 public:
  /// For writing; made where there is none. REQUIRES: the folder's lock is held; its path has no symbolic links.
  explicit Database(std::filesystem::path folder);
  /// What is there now, as it was at one moment, though another process may write. Errors: input also where there is none.
  [[nodiscard]] static Database snapshot(std::filesystem::path folder);

  [[nodiscard]] Statement prepare(const char* sql) const { return {*this, sql}; }
  /// Statements without a result.
  void run(const char* sql) const;
  /// One statement with its values. Returns how many rows it changed.
  template <typename... Values>
  int change(const char* sql, const Values&... values) const {
    Statement statement(*this, sql);
    int number = 0;
    (statement.bind(++number, values), ...);
    [[maybe_unused]] const bool has_row = statement.step();
    return n_changed();
  }
  /// The first column of the only row.
  [[nodiscard]] std::int64_t number(const char* sql) const;

 private:
  friend class Statement;
  struct Close {
    void operator()(sqlite3* database) const noexcept;
  };
  struct Unopened {};
  Database(Unopened, std::filesystem::path folder) : folder_(std::move(folder)) {}
  void open(const std::filesystem::path& file, int flags);
  [[nodiscard]] std::string read_file(const std::filesystem::path& path) const;
  void take_bytes(std::string_view bytes);
  [[nodiscard]] int n_changed() const noexcept;
  [[noreturn]] void fail(int code) const;

  std::filesystem::path folder_;
  std::unique_ptr<sqlite3, Close> database_;
};

}  // namespace gemflow::synthesize_api
