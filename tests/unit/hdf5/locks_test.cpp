// SPDX-License-Identifier: Apache-2.0
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "hdf5/create.hpp"
#include "hdf5/file.hpp"
#include "hdf5/strings.hpp"
#include "support/catch.hpp"
#include "support/expect_error.hpp"
#include "support/files.hpp"

namespace {

int lock_error = 0;  // what the file system answers to a lock; 0: it has locks

struct FileSystemSays {
  explicit FileSystemSays(int number) { lock_error = number; }
  FileSystemSays(const FileSystemSays&) = delete;
  FileSystemSays& operator=(const FileSystemSays&) = delete;
  ~FileSystemSays() { lock_error = 0; }
};

struct Warnings final : gemflow::Report {
  std::vector<std::string> said;
  void warning(std::string_view sentence) override { said.emplace_back(sentence); }
  void note(std::string_view) override {}
  void progress(std::string_view, std::int64_t, std::int64_t) override {}
};

}  // namespace

// Stands before the C library's: HDF5 locks through it.
extern "C" int flock(int descriptor, int operation) noexcept {
  if (lock_error == 0) return static_cast<int>(syscall(SYS_flock, descriptor, operation));
  errno = lock_error;
  return -1;
}

using namespace gemflow;

TEST_CASE("a file on a file system without locks is read, with a warning") {
  const test::TempFolder folder;
  hdf5::write_texts(hdf5::create_file(folder / "a.h5"), "names", std::vector<std::string>{"x"});
  Warnings report;
  {
    const FileSystemSays no_locks(GENERATE(ENOLCK, EOPNOTSUPP, 524));
    CHECK(hdf5::read_strings(hdf5::open_to_read(folder / "a.h5", report), "names").size() == 1);
  }
  REQUIRE(report.said.size() == 1);
  CHECK(report.said[0].find("file system without locks") != std::string::npos);
}

TEST_CASE("a file that someone is writing is not read") {
  const test::TempFolder folder;
  hdf5::create_file(folder / "a.h5");
  const FileSystemSays busy(EAGAIN);
  const Error error = error_of([&] { return hdf5::open_to_read(folder / "a.h5", silence()); });
  CHECK(error.message() == "opening '" + (folder / "a.h5").string() + "': another program is writing it");
  CHECK(error.kind() == ErrorKind::io);
}
