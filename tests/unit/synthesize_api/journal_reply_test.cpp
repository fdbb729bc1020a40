// SPDX-License-Identifier: Apache-2.0
#include "synthesize_api/journal/reply_file.hpp"

#include <csignal>
#include <limits>

#include <sys/resource.h>
#include <zstd.h>

#include "support/catch.hpp"
#include "support/expect_error.hpp"
#include "support/files.hpp"
#include "support/some_counts.hpp"
#include "support/some_journal.hpp"

using namespace gemflow;
using namespace gemflow::synthesize_api;
using namespace gemflow::test;
using Catch::Matchers::Contains;

namespace {

std::string some_text(std::size_t size) {
  Dice dice(5);
  std::string text;
  while (text.size() < size) text += std::to_string(dice.below(1000)) + ",";
  text.resize(size);
  return text;
}

ReplyReceipt keep(const std::filesystem::path& path, std::string_view text, std::size_t piece) {
  StoredReplyWriter writer(path);
  for (std::size_t at = 0; at < text.size(); at += piece) writer.write(text.substr(at, piece));
  return writer.commit();
}

}  // namespace

TEST_CASE("a digest is the one of the standard") {
  // FIPS 180-2, B.1
  Sha256 digest;
  digest.add("a");
  digest.add("bc");
  CHECK(digest.hex() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("a reply is zstd to others and comes back as it was") {
  const TempFolder folder;
  const std::size_t size = GENERATE(std::size_t{0}, std::size_t{1}, std::size_t{1000}, std::size_t{700'000});
  const std::size_t piece = GENERATE(std::size_t{999}, std::size_t{1'000'000});
  const std::string text = some_text(size);
  const ReplyReceipt receipt = keep(folder / "r", text, piece);
  const std::string packed = bytes_of(folder / "r");
  CHECK(receipt.bytes == static_cast<std::int64_t>(packed.size()));
  std::string unpacked(size + 1, '?');
  const std::size_t n = ZSTD_decompress(unpacked.data(), unpacked.size(), packed.data(), packed.size());
  REQUIRE_FALSE(ZSTD_isError(n));
  CHECK(unpacked.substr(0, n) == text);
  const auto reader = StoredReplyReader::open(folder / "r", receipt);
  REQUIRE(reader != nullptr);
  CHECK(all_of(*reader) == text);
}

TEST_CASE("a reply that was cut anywhere or has one wrong bit is no reply") {
  const TempFolder folder;
  const ReplyReceipt receipt = keep(folder / "r", some_text(60), 60);
  const std::string whole = bytes_of(folder / "r");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    folder.file("r", whole.substr(0, size));
    CHECK(StoredReplyReader::open(folder / "r", receipt) == nullptr);
  }
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    std::string flipped = whole;
    flipped[bit / 8] = static_cast<char>(static_cast<unsigned char>(flipped[bit / 8]) ^ (1U << (bit % 8)));
    folder.file("r", flipped);
    CHECK(StoredReplyReader::open(folder / "r", receipt) == nullptr);
  }
  folder.file("r", whole);
  CHECK(StoredReplyReader::open(folder / "r", receipt) != nullptr);
}

TEST_CASE("a reply that is damaged while it is read is an error and never a short answer") {
  const TempFolder folder;
  const ReplyReceipt receipt = keep(folder / "r", some_text(2'000'000), 1000);
  const auto reader = StoredReplyReader::open(folder / "r", receipt);
  REQUIRE(reader != nullptr);
  std::filesystem::resize_file(folder / "r", static_cast<std::uintmax_t>(receipt.bytes - 2));
  const Error error = error_of([&] { (void)all_of(*reader); });
  CHECK(error.kind() == ErrorKind::input);
  CHECK_THAT(error.message(), Contains("reading the reply '") && Contains("it was damaged meanwhile"));
}

TEST_CASE("a reply that is given up leaves nothing and one that was left is replaced") {
  const TempFolder folder;
  { StoredReplyWriter(folder / "r").write("half"); }
  CHECK(std::filesystem::is_empty(folder.path()));
  folder.file("r.part", "left by a run that was killed");
  const ReplyReceipt receipt = keep(folder / "r", "whole", 5);
  CHECK_FALSE(std::filesystem::exists(folder / "r.part"));
  CHECK(all_of(*StoredReplyReader::open(folder / "r", receipt)) == "whole");
}

TEST_CASE("a reply goes through no link and a full disk is told of") {
  const TempFolder folder;
  folder.file("precious", "mine");
  std::filesystem::create_symlink(folder / "precious", folder / "r.part");
  keep(folder / "r", "whole", 5);
  CHECK(bytes_of(folder / "precious") == "mine");

  std::signal(SIGXFSZ, SIG_IGN);
  struct rlimit before {};
  getrlimit(RLIMIT_FSIZE, &before);
  struct rlimit little = before;
  little.rlim_cur = 100;
  setrlimit(RLIMIT_FSIZE, &little);
  const auto failed = [&] {
    try {
      keep(folder / "large", some_text(100'000), 100'000);
    } catch (const Error& error) {
      return error.message();
    }
    return std::string();
  }();
  setrlimit(RLIMIT_FSIZE, &before);
  CHECK_THAT(failed, Contains("keeping the reply '") && Contains("File too large"));
  CHECK_FALSE(std::filesystem::exists(folder / "large.part"));
}

TEST_CASE("a reply that cannot be opened is an error of reading") {
  const TempFolder folder;
  folder.file("file", "");
  const Error error = error_of([&] { (void)StoredReplyReader::open(folder / "file/r", {}); });
  CHECK(error.kind() == ErrorKind::io);
  CHECK_THAT(error.message(), Contains("reading the reply '") && Contains("Not a directory"));
}
