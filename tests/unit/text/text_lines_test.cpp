// SPDX-License-Identifier: Apache-2.0
#include "text_lines.hpp"

#include "gemflow/run/workers.hpp"
#include "support/catch.hpp"
#include "support/compress.hpp"
#include "support/expect_error.hpp"
#include "support/files.hpp"

using namespace gemflow;
using Catch::Matchers::Contains;
using Lines = std::vector<std::string>;

namespace {

Lines lines_of(TextLines& text) {
  Lines lines;
  for (std::string_view line; text.next(line);) lines.emplace_back(line);
  return lines;
}

Lines lines_of(const std::filesystem::path& path, const Job& job = {}) {
  TextLines text(path, job);
  return lines_of(text);
}

/// Many lines that do not compress to nothing: several BGZF blocks.
std::string long_text() {
  std::string text;
  for (int i = 0; i < 60'000; ++i) text += std::to_string(i * 7919) + '\n';
  return text;
}

}  // namespace

TEST_CASE("lines are the same from plain text, gzip, several members and BGZF") {
  const test::TempFolder folder;
  const std::string text = "one\ntwo\n\nfour";
  const Lines expected{"one", "two", "", "four"};
  CHECK(lines_of(folder.file("a.txt", text)) == expected);
  CHECK(lines_of(folder.file("a.gz", test::gzip(text))) == expected);
  CHECK(lines_of(folder.file("a.bgz", test::bgzf(text))) == expected);
  CHECK(lines_of(folder.file("m.gz", test::gzip("one\nt") + test::gzip("wo\n\nfour"))) == expected);
  CHECK(lines_of(folder.file("empty", "")).empty());
  CHECK(lines_of(folder.file("empty.gz", test::gzip(""))).empty());
}

TEST_CASE("lines end with LF, CRLF or CR, and a byte order mark is left out") {
  const test::TempFolder folder;
  const Lines expected{"a,b", "1,2"};
  CHECK(lines_of(folder.file("lf", "a,b\n1,2\n")) == expected);
  CHECK(lines_of(folder.file("crlf", "a,b\r\n1,2\r\n")) == expected);
  CHECK(lines_of(folder.file("cr", "a,b\r1,2\r")) == expected);
  CHECK(lines_of(folder.file("cr_open", "a,b\r1,2")) == expected);
  CHECK(lines_of(folder.file("bom",
                             "\xef\xbb\xbf"
                             "a,b\n1,2\n")) == expected);
  CHECK(lines_of(folder.file("one_cr", "a\r")) == Lines{"a"});
}

TEST_CASE("a line may be longer than any buffer") {
  const test::TempFolder folder;
  const std::string wide(3'000'000, 'x');
  for (const std::string end : {"\n", "\r\n", "\r"}) {
    CHECK(lines_of(folder.file("wide", wide + end + "y" + end)) == Lines{wide, "y"});
  }
}

TEST_CASE("line numbers count from one, and rewind begins again") {
  const test::TempFolder folder;
  TextLines text(folder.file("a", "x\ny\n"), {});
  CHECK(text.number() == 0);
  CHECK(lines_of(text) == Lines{"x", "y"});
  CHECK(text.number() == 2);
  text.rewind();
  CHECK(text.number() == 0);
  CHECK(lines_of(text) == Lines{"x", "y"});
  CHECK_THAT(text.error_here("is odd").message(), Contains("a': line 2 is odd"));
}

TEST_CASE("what is cut short is an error and never an early end") {
  const test::TempFolder folder;
  const std::string text = long_text();
  const std::string gz = test::gzip(text);
  const std::string bgz = test::bgzf(text);
  const std::unique_ptr<Workers> two = start_workers(2);
  Job threaded;
  threaded.workers = two.get();
  const auto fault_of = [&](const std::string& bytes, const Job& job) {
    return error_of([&] { lines_of(folder.file("cut.gz", bytes), job); }).message();
  };
  for (const Job& job : {Job{}, threaded}) {
    CHECK(lines_of(folder.file("whole", bgz), job).size() == 60'000);
    CHECK_THAT(fault_of(gz.substr(0, gz.size() / 2), job),
               Contains("its compressed data are damaged or cut short after line"));
    CHECK_THAT(fault_of(gz.substr(0, gz.size() - 4), job),
               Contains("its compressed data are damaged or cut short after line"));
    CHECK_THAT(fault_of(bgz.substr(0, bgz.size() / 2), job),
               Contains("its last BGZF block is missing: the file is cut short"));
    CHECK_THAT(fault_of(bgz.substr(0, bgz.size() - 28), job), Contains("its last BGZF block is missing"));
    // cut in the middle, but with an end block: only reading tells
    const std::string hole = bgz.substr(0, bgz.size() / 2) + bgz.substr(bgz.size() - 28);
    CHECK_THAT(fault_of(hole, job), Contains("compressed data are damaged or cut short"));
    CHECK_THAT(fault_of(gz + "rubbish", job), Contains("compressed data are damaged or cut short"));
  }
}

TEST_CASE("what is no text is refused by name") {
  const test::TempFolder folder;
  const auto fault_of = [&](std::string_view bytes) {
    return error_of([&] { lines_of(folder.file("odd", bytes)); }).message();
  };
  CHECK_THAT(fault_of("\x28\xb5\x2f\xfd rest"), Contains("it is compressed with zstd"));
  CHECK_THAT(fault_of("BZh91AY"), Contains("it is compressed with bzip2"));
  CHECK_THAT(fault_of(std::string_view("\xff\xfe"
                                       "a\0",
                                       4)),
             Contains("its text is UTF-16"));
  CHECK_THAT(fault_of(std::string_view("a\nb\0c", 5)), Contains("it is not text: a NUL byte stands after line 0"));
  const gemflow::Error absent = error_of([&] { lines_of(folder / "absent"); });
  CHECK(absent.kind() == ErrorKind::input);
  CHECK_THAT(absent.message(), Contains("absent': cannot open it: No such file"));
}

TEST_CASE("text is told from what is not") {
  const test::TempFolder folder;
  CHECK(looks_like_text(folder.file("a", "x,y\n")));
  CHECK(looks_like_text(folder.file("a.gz", test::gzip("x,y\n"))));
  CHECK_FALSE(looks_like_text(folder.file("b", std::string_view("x\0y", 3))));
  CHECK_FALSE(looks_like_text(folder.file("c", "")));
  CHECK_FALSE(looks_like_text(folder.path()));
  CHECK_FALSE(looks_like_text(folder / "absent"));
}
