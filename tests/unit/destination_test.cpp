// SPDX-License-Identifier: Apache-2.0
#include "gemflow/core/destination.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "gemflow/core/file_copy.hpp"
#include "support/catch.hpp"
#include "support/expect_error.hpp"
#include "support/files.hpp"

using namespace gemflow;
using Catch::Matchers::Contains;
using gemflow::test::bytes_of;
using gemflow::test::TempFolder;
using Names = std::vector<std::string>;
namespace fs = std::filesystem;

namespace {

/// Keeps warnings.
class Listener final : public Report {
 public:
  void warning(std::string_view sentence) override { warnings.emplace_back(sentence); }
  void note(std::string_view) override {}
  void progress(std::string_view, std::int64_t, std::int64_t) override {}
  Names warnings;
};

void fill(const Destination& destination, std::string_view bytes) {
  std::ofstream(destination.hidden(), std::ios::binary) << bytes;
}

/// Names of all that is in a folder, hidden or not.
Names names_in(const TempFolder& folder) {
  Names names;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  return names;
}

mode_t mode_of(const std::filesystem::path& path) {
  struct stat there {};
  REQUIRE(stat(path.c_str(), &there) == 0);
  return there.st_mode & 0777U;
}

}  // namespace

TEST_CASE("a destination appears when it is whole") {
  const TempFolder folder;
  Job job;
  {
    Destination destination(folder / "out", {}, job);
    REQUIRE(destination.hidden().parent_path() == folder.path());
    REQUIRE(destination.hidden().filename().string().rfind(".out.", 0) == 0);
    fill(destination, "whole");
    REQUIRE(names_in(folder).size() == 1);
    destination.commit();
    REQUIRE(names_in(folder) == Names{"out"});
  }
  REQUIRE(bytes_of(folder / "out") == "whole");
}

TEST_CASE("a destination that is given up leaves no trace and an older file alone") {
  const TempFolder folder;
  Job job;
  folder.file("out", "old");
  {
    const Destination destination(folder / "out", {true, {}}, job);
    fill(destination, "half");
  }
  REQUIRE(names_in(folder) == Names{"out"});
  REQUIRE(bytes_of(folder / "out") == "old");
}

TEST_CASE("an existing destination stops unless it may be replaced, and keeps its permissions") {
  const TempFolder folder;
  Job job;
  folder.file("out", "old");
  std::filesystem::permissions(folder / "out", std::filesystem::perms(0640));
  const Error error = error_of([&] { Destination(folder / "out", {}, job); });
  REQUIRE(error.kind() == ErrorKind::usage);
  REQUIRE_THAT(error.message(), Contains("out': the file exists"));
  REQUIRE(error.hint() == "--overwrite replaces it");

  Destination destination(folder / "out", {true, {}}, job);
  fill(destination, "new");
  destination.commit();
  REQUIRE(bytes_of(folder / "out") == "new");
  REQUIRE(mode_of(folder / "out") == 0640);
}

TEST_CASE("a destination is never an input, by whatever name") {
  const TempFolder folder;
  Job job;
  folder.file("in", "counts");
  std::filesystem::create_symlink("in", folder / "link");
  std::filesystem::create_hard_link(folder / "in", folder / "second");
  const std::vector<std::filesystem::path> inputs{folder / "in"};
  for (const char* name : {"in", "link", "second"}) {
    const Error error = error_of([&] { Destination(folder / name, {true, inputs}, job); });
    REQUIRE(error.kind() == ErrorKind::usage);
    REQUIRE_THAT(error.message(), Contains("it is the input '") && Contains("in', which is never written to"));
  }
  REQUIRE(names_in(folder) == Names{"in", "link", "second"});
}

TEST_CASE("links are followed to the file that is replaced") {
  const TempFolder folder;
  Job job;
  std::filesystem::create_directory(folder / "far");
  std::filesystem::create_symlink("far/real", folder / "link");  // leads nowhere yet
  for (const char* content : {"first", "second"}) {
    Destination destination(folder / "link", {true, {}}, job);
    REQUIRE(destination.hidden().parent_path() == folder / "far");
    fill(destination, content);
    destination.commit();
    REQUIRE(bytes_of(folder / "far/real") == content);
    REQUIRE(std::filesystem::is_symlink(folder / "link"));
  }
}

TEST_CASE("a file with further names is replaced under one of them, and that is said") {
  const TempFolder folder;
  Listener listener;
  Job job;
  job.report = &listener;
  folder.file("out", "old");
  std::filesystem::create_hard_link(folder / "out", folder / "other");
  Destination destination(folder / "out", {true, {}}, job);
  fill(destination, "new");
  destination.commit();
  REQUIRE(bytes_of(folder / "other") == "old");
  REQUIRE(listener.warnings.size() == 1);
  REQUIRE_THAT(listener.warnings.front(), Contains("has 2 names (hard links); only this one gets the new content"));
}

TEST_CASE("what cannot be a destination says why") {
  const TempFolder folder;
  Job job;
  const Error folder_error = error_of([&] { Destination(folder.path(), {true, {}}, job); });
  REQUIRE(folder_error.kind() == ErrorKind::usage);
  REQUIRE_THAT(folder_error.message(), Contains("it is not a regular file"));
  const Error nowhere = error_of([&] { Destination(folder / "no/out", {}, job); });
  REQUIRE(nowhere.kind() == ErrorKind::io);
  REQUIRE_THAT(nowhere.message(), Contains("no file can be made in its folder (No such file or directory)"));
  folder.file("file", "");
  const Error through = error_of([&] { Destination(folder / "file/out", {}, job); });
  REQUIRE_THAT(through.message(), Contains("the path cannot be followed (Not a directory)"));
}

TEST_CASE("room is asked for before it is used") {
  const TempFolder folder;
  Job job;
  const Destination destination(folder / "out", {}, job);
  destination.require_space(1);
  const Error error = error_of([&] { destination.require_space(std::numeric_limits<std::uint64_t>::max()); });
  REQUIRE(error.kind() == ErrorKind::io);
  REQUIRE_THAT(error.message(), Contains("18446744073709 MB are needed and") && Contains("are free in its folder"));
}

TEST_CASE("a file that may not be as large as it has to be is not begun") {
  const TempFolder folder;
  Job job;
  const Destination destination(folder / "out", {}, job);
  struct rlimit before {};
  REQUIRE(getrlimit(RLIMIT_FSIZE, &before) == 0);
  const struct rlimit small {4096, before.rlim_max};
  REQUIRE(setrlimit(RLIMIT_FSIZE, &small) == 0);
  const Error error = error_of([&] { destination.require_space(5000); });
  REQUIRE(setrlimit(RLIMIT_FSIZE, &before) == 0);
  REQUIRE(error.kind() == ErrorKind::io);
  REQUIRE_THAT(error.message(), Contains("5000 bytes are needed and a file may have 4096 bytes"));
}

TEST_CASE("room that is kept for a file is not part of it, and is given back") {
  const TempFolder folder;
  Job job;
  const auto bytes_on_disk = [](const fs::path& path) {
    struct stat file {};
    REQUIRE(stat(path.c_str(), &file) == 0);
    return file.st_blocks * 512;
  };
  Destination destination(folder / "out", {}, job);
  destination.reserve_space(4'000'000);
  const bool is_kept = bytes_on_disk(destination.hidden()) >= 4'000'000;  // not every file system can
  CHECK(fs::file_size(destination.hidden()) == 0);
  std::ofstream(destination.hidden(), std::ios::app) << "content";
  destination.commit();
  CHECK(fs::file_size(folder / "out") == 7);
  if (is_kept) CHECK(bytes_on_disk(folder / "out") < 1'000'000);
}

TEST_CASE("a name that is taken meanwhile is not taken away") {
  const TempFolder folder;
  Job job;
  {
    Destination destination(folder / "out", {}, job);
    folder.file("out", "theirs");
    const Error error = error_of([&] { destination.commit(); });
    REQUIRE(error.kind() == ErrorKind::usage);
    REQUIRE_THAT(error.message(), Contains("a file of that name came up meanwhile"));
  }
  REQUIRE(bytes_of(folder / "out") == "theirs");
  REQUIRE(names_in(folder) == Names{"out"});
}

TEST_CASE("a destination begins as a copy") {
  const TempFolder folder;
  Job job;
  std::string bytes(3'000'001, 'x');
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * i >> 7U);
  folder.file("in", bytes);
  std::filesystem::permissions(folder / "in", std::filesystem::perms(0400));
  Destination destination(folder / "out", {}, job);
  destination.copy_of(folder / "in");
  destination.commit();
  REQUIRE(bytes_of(folder / "out") == bytes);
  REQUIRE((mode_of(folder / "out") & 0200U) != 0);

  Destination other(folder / "other", {}, job);
  const Error error = error_of([&] { other.copy_of(folder / "nowhere"); });
  REQUIRE(error.kind() == ErrorKind::io);
  REQUIRE_THAT(error.message(), Contains("copying '") && Contains("it cannot be opened (No such file or directory)"));
}

TEST_CASE("a copy of a file that somebody writes to meanwhile is not kept") {
  const TempFolder folder;
  Job job;
  folder.file("in", std::string(3'000'000, 'x'));
  std::string sentence;
  {
    const std::jthread writer([&](const std::stop_token& stop) {
      for (char c = 'a'; !stop.stop_requested(); ++c) std::ofstream(folder / "in", std::ios::app) << c;
    });
    constexpr int most_tries = 10'000;  // how soon the writer runs is the scheduler's affair
    for (int i = 0; i < most_tries && sentence.empty(); ++i) {
      try {
        Destination(folder / "out", {}, job).copy_of(folder / "in");
      } catch (const Error& error) {
        REQUIRE(error.kind() == ErrorKind::input);
        sentence = error.message();
      }
    }
  }
  REQUIRE_THAT(sentence, Contains("in' to '") && Contains("out': somebody wrote to it meanwhile"));
  REQUIRE(names_in(folder) == Names{"in"});
}

TEST_CASE("a copy stops when it is asked to") {
  const TempFolder folder;
  folder.file("in", "counts");
  std::stop_source stop;
  Job job;
  job.stop = stop.get_token();
  const FileDescriptor from(open((folder / "in").c_str(), O_RDONLY));
  const FileDescriptor to(open((folder / "out").c_str(), O_RDWR | O_CREAT, 0600));
  REQUIRE(copy_bytes(from, to, 6, job) == 0);
  REQUIRE(copy_bytes(from, to, 7, job) == ENODATA);  // it is shorter than it was said to be
  stop.request_stop();
  REQUIRE(error_of([&] { (void)copy_bytes(from, to, 6, job); }).kind() == ErrorKind::interrupted);
}

TEST_CASE("bytes are put behind each other and a full disk is told of") {
  const TempFolder folder;
  Job job;
  Destination destination(folder / "out", {}, job);
  destination.write("one ");
  destination.write("two");
  destination.commit();
  CHECK(bytes_of(folder / "out") == "one two");
  if (!fs::exists("/dev/full")) return;
  FileDescriptor full(open("/dev/full", O_WRONLY | O_CLOEXEC));
  CHECK_FALSE(full.write("three"));
  CHECK(errno == ENOSPC);
}
