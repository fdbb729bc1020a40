// SPDX-License-Identifier: Apache-2.0
#include "gemflow/formats.hpp"
#include "support/catch.hpp"
#include "support/chunks.hpp"
#include "support/expect_error.hpp"
#include "support/files.hpp"

using namespace gemflow;

namespace {

void write_some(RowWriter& rows) {
  rows.row(std::vector<std::string>{"cell", "a,b", "c\td"});
  rows.row(std::vector<std::string>{"", "\"", " x"});
  const CountChunk counts = test::counts({{0, 2.5, 0}, {7, 0, 1e6}});
  rows.row("one", counts.cell(0), 3, ValueType::float32);
  rows.row("two", counts.cell(1), 3, ValueType::int32);
  rows.finish();
}

}  // namespace

TEST_CASE("rows are separated as the file's name says, with quotes where they are needed") {
  const test::TempFolder folder;
  Job job;
  write_some(*create_rows(folder / "a.csv", false, job));
  CHECK(test::bytes_of(folder / "a.csv") == "cell,\"a,b\",c\td\n,\"\"\"\",\" x\"\none,0,2.5,0\ntwo,7,0,1000000\n");
  write_some(*create_rows(folder / "a.tsv", false, job));
  CHECK(test::bytes_of(folder / "a.tsv") == "cell\ta,b\t\"c\td\"\n\t\"\"\"\"\t\" x\"\none\t0\t2.5\t0\ntwo\t7\t0\t1000000\n");
  write_some(*create_rows(folder / "a.csv", true, job));
  CHECK(error_of([&] { static_cast<void>(create_rows(folder / "a.csv", false, job)); }).kind() == ErrorKind::usage);
  CHECK(error_of([] { require_table("a.h5ad"); }).message() == "writing 'a.h5ad': it is to be a table");
}

TEST_CASE("nothing is there before rows are finished") {
  const test::TempFolder folder;
  Job job;
  create_rows(folder / "a.tsv", false, job)->row(std::vector<std::string>{"cell"});
  CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("rows of a stream come in pieces") {
  std::vector<std::string> pieces;
  const auto rows = write_rows([&](std::string_view text) { pieces.emplace_back(text); }, ' ');
  const std::vector<std::string> row{std::string(1000, 'x'), std::string(1000, 'y')};
  for (int i = 0; i < 100; ++i) rows->row(row);
  CHECK(pieces.size() == 3);
  rows->finish();
  REQUIRE(pieces.size() == 4);
  std::string text;
  for (const std::string& piece : pieces) text += piece;
  CHECK(text.size() == 100 * 2002);
}
