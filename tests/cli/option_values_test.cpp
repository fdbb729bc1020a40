// SPDX-License-Identifier: Apache-2.0
#include "option_values.hpp"

#include <fstream>

#include "support/catch.hpp"
#include "support/expect_error.hpp"

using namespace gemflow::cli;

TEST_CASE("memory has units of both kinds") {
  CHECK(memory_size("64MB") == 64'000'000);
  CHECK(memory_size("512M") == 512ULL << 20);
  CHECK(memory_size("1.5 GiB") == 1536ULL << 20);
  CHECK(memory_size("2g") == 2ULL << 30);
  CHECK(memory_size("1TB") == 1'000'000'000'000);
  CHECK(memory_size("100000000") == 100'000'000);
  for (const char* wrong : {"", "M", "2X", "2GX", "-2G", "nan", "2 G B"}) {
    INFO(wrong);
    CHECK_THROWS_AS(memory_size(wrong), gemflow::Error);
  }
}

TEST_CASE("rows are a half-open range with open ends") {
  CHECK(row_range("0:10") == std::pair<std::int64_t, std::int64_t>{0, 10});
  CHECK(row_range("5:").first == 5);
  CHECK(row_range("5:").second > 1'000'000'000'000);
  CHECK(row_range(":7") == std::pair<std::int64_t, std::int64_t>{0, 7});
  for (const char* wrong : {"7", "3:3", "4:2", "-1:2", "a:b", ""}) {
    INFO(wrong);
    CHECK_THROWS_AS(row_range(wrong), gemflow::Error);
  }
}

TEST_CASE("a key and its value are cut at the first '='") {
  CHECK(key_value("a=b=c") == std::pair<std::string, std::string>{"a", "b=c"});
  CHECK(key_value("a=") == std::pair<std::string, std::string>{"a", ""});
  CHECK_THROWS_AS(key_value("=b"), gemflow::Error);
  CHECK_THROWS_AS(key_value("ab"), gemflow::Error);
}

TEST_CASE("names stand in a list or one a line in a file") {
  CHECK(names_listed("S1") == std::vector<std::string>{"S1"});
  CHECK(names_listed("S1,S2,S 3") == std::vector<std::string>{"S1", "S2", "S 3"});
  std::ofstream("names.txt") << "S1\r\nS,2\n\nS3";
  CHECK(names_listed("@names.txt") == std::vector<std::string>{"S1", "S,2", "S3"});
  std::ofstream("none.txt") << "\r\n\n";
  for (const char* none : {"@none.txt", "@."}) {
    CHECK(error_of([&] { (void)names_listed(none); }).message() ==
          "the file '" + std::string(none + 1) + "' holds no names");
  }
  CHECK_THROWS_AS(names_listed("S1,,S2"), gemflow::Error);
  CHECK_THROWS_AS(names_listed(""), gemflow::Error);
}

TEST_CASE("a number has a least and a most") {
  CHECK(number("8000000", 1, 1e9) == 8e6);
  CHECK(number("1e9", 1, 1e9) == 1e9);
  for (const char* wrong : {"0.5", "1e30", "nan", "inf", "1 ", ""}) {
    INFO(wrong);
    CHECK(error_of([&] { (void)number(wrong, 1, 1e9); }).message() ==
          "'" + std::string(wrong) + "' is not a number from 1 to 1000000000");
  }
}

TEST_CASE("a random seed is another one each time and fits into a double") {
  const auto a = seed_number("random");
  const auto b = seed_number("random");
  CHECK(a != b);
  CHECK(a < (1ULL << 53));
  CHECK(seed_number("42") == 42);
}
