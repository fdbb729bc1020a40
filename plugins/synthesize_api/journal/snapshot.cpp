// SPDX-License-Identifier: Apache-2.0
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <system_error>
#include <thread>

#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include "gemflow/core/error.hpp"
#include "synthesize_api/journal/database.hpp"
#include "synthesize_api/journal/lock_holder.hpp"

namespace gemflow::synthesize_api {
namespace {

namespace fs = std::filesystem;

/// Bytes 24 to 27 of a database: SQLite's change counter, another one after each change (its file format, 1.3.7).
std::string change_counter(const std::string& bytes) { return bytes.size() < 28 ? std::string() : bytes.substr(24, 4); }

bool is_being_written(const fs::path& folder) {
  const auto holder = read_lock(folder / "lock");
  return holder && pulse_of(*holder) != Pulse::gone;
}

/// A folder of our own in which a change that somebody left half done may be taken back.
class Aside {
 public:
  Aside() {
    std::string pattern = (fs::temp_directory_path() / "gemflow_journal_XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) throw std::system_error(errno, std::generic_category(), pattern);
    path_ = fs::canonical(pattern);
  }
  ~Aside() {
    std::error_code stays;
    fs::remove_all(path_, stays);
  }
  Aside(const Aside&) = delete;
  Aside& operator=(const Aside&) = delete;
  [[nodiscard]] const fs::path& path() const noexcept { return path_; }

 private:
  fs::path path_;
};

}  // namespace

std::string Database::read_file(const fs::path& path) const {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream bytes;
  if (file && file.peek() != std::ifstream::traits_type::eof()) bytes << file.rdbuf();
  if (file.bad() || !file.is_open()) {
    throw Error(ErrorKind::input, fmt::format("reading the journal '{}': journal.sqlite cannot be read", folder_.string()));
  }
  return std::move(bytes).str();
}

Database Database::snapshot(fs::path folder) {
  const fs::path file = folder / "journal.sqlite";
  const fs::path rollback = folder / "journal.sqlite-journal";
  Database database(Unopened{}, std::move(folder));
  constexpr int most_tries = 300;
  constexpr std::chrono::milliseconds pause{10};
  // A change is under way while the rollback file is there; one that came and went meanwhile has moved the counter.
  for (int tries = 0; tries < most_tries; ++tries) {
    if (!fs::exists(rollback)) {
      const std::string bytes = database.read_file(file);
      const bool is_quiet = !fs::exists(rollback) && change_counter(database.read_file(file)) == change_counter(bytes);
      if (is_quiet) {
        database.take_bytes(bytes);
        return database;
      }
    } else if (!is_being_written(database.folder_)) {
      break;
    }
    std::this_thread::sleep_for(pause);
  }
  // Whoever made the change died in it. It is taken back in a copy: the folder itself belongs to who holds its lock.
  const Aside aside;
  std::error_code not_there;
  fs::copy_file(file, aside.path() / "journal.sqlite", not_there);
  fs::copy_file(rollback, aside.path() / "journal.sqlite-journal", not_there);
  database.open(aside.path() / "journal.sqlite", SQLITE_OPEN_READWRITE);
  [[maybe_unused]] const auto schema = database.number("PRAGMA schema_version");
  database.take_bytes(database.read_file(aside.path() / "journal.sqlite"));
  return database;
}

}  // namespace gemflow::synthesize_api
