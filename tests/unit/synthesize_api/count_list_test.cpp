// SPDX-License-Identifier: Apache-2.0
#include "synthesize_api/wire/count_list.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/slow_source.hpp"
#include "synthesize_api/wire/json_writer.hpp"

namespace gemflow::synthesize_api {
namespace {

/// Numbers of all lengths, in the mix that `zeros` in a hundred and a largest number of digits give.
std::vector<double> some_counts(std::size_t n, unsigned zeros, unsigned digits, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<double> counts(n);
  for (double& count : counts) {
    if (random() % 100 >= zeros) count = std::floor(std::pow(10.0, static_cast<double>(random() % 1000) / 1000 * digits));
  }
  return counts;
}

/// The list as other programs write it: `,` or `, ` or a line each.
std::string text_of(const std::vector<double>& counts, std::string_view separator) {
  std::string text;
  for (const double count : counts) text += fmt::format("{}{:.0f}", text.empty() ? "" : separator, count);
  return text + "]";
}

std::vector<double> dense(const CountChunk& chunk, std::size_t n) {
  std::vector<double> counts(n);
  const CellCounts cell = chunk.cell(0);
  for (std::size_t i = 0; i < cell.genes.size(); ++i) counts.at(static_cast<std::size_t>(cell.genes[i])) = cell.values[i];
  return counts;
}

TEST_CASE("Counts of any length are read, however they are written and wherever a piece ends") {
  for (const unsigned zeros : {0U, 15U, 92U, 100U}) {
    for (const unsigned digits : {1U, 4U, 9U, 15U}) {
      const std::vector<double> counts = some_counts(30'000, zeros, digits, zeros + digits);
      for (const std::string_view separator : {",", ", ", ",\n    ", " , "}) {
        const std::string text = text_of(counts, separator);
        for (const std::size_t piece : {text.size(), std::size_t{1000}, std::size_t{77}}) {
          test::SlowSource source(text, piece);
          Window window(source);
          CountRows rows;
          const ListRead list = read_counts(window, {}, rows);
          rows.end_row();
          REQUIRE(list.length == 30'000);
          REQUIRE(list.is_json);
          REQUIRE(list.fault.empty());
          REQUIRE(window.text() == "]");
          REQUIRE(dense(rows.finish(false), counts.size()) == counts);
        }
      }
    }
  }
}

TEST_CASE("Counts that are written from sparse cells are those of the dense list") {
  for (const unsigned zeros : {0U, 50U, 99U, 100U}) {
    const std::vector<double> counts = some_counts(40'000, zeros, 12, zeros);
    std::vector<std::int32_t> genes;
    std::vector<double> values;
    for (std::size_t i = 0; i < counts.size(); ++i) {
      if (counts[i] == 0) continue;
      genes.push_back(static_cast<std::int32_t>(i));
      values.push_back(counts[i]);
    }
    TextSink body;
    JsonWriter writer(body);
    writer.counts({genes, values}, 40'000);
    writer.flush();
    REQUIRE(body.text == "[" + text_of(counts, ","));
  }
}

TEST_CASE("What is no count is found where it stands, wherever that is, and what came before it is taken") {
  std::string numbers;
  for (int i = 0; i < 40; ++i) numbers += i % 5 == 0 ? "0," : "1234,";
  for (const std::string_view wrong : {"012", "1 2", "12a", "a", "", " ", "-", "1.", "\x01", "\xb1", "00"}) {
    for (std::size_t at = 0; at < numbers.size(); at = numbers.find(',', at) + 1) {
      std::string text = numbers + "7]";
      text.replace(at, text.find(',', at) - at, wrong);
      TextSource source(text);
      Window window(source);
      CountRows rows;
      const ListRead list = read_counts(window, {}, rows);
      INFO(text);
      const bool went_on = list.is_json && window.text().starts_with("]");
      REQUIRE_FALSE(went_on);
      const std::ptrdiff_t before = std::count(numbers.begin(), numbers.begin() + static_cast<std::ptrdiff_t>(at), ',');
      const bool begins_with_number = wrong == "012" || wrong == "1 2" || wrong == "12a" || wrong == "00";
      REQUIRE(list.length - before == (begins_with_number ? 1 : 0));
    }
  }
}

TEST_CASE("Fractions are kept where they are taken, and said") {
  TextSource source("0.5, 12.0,1e-2 ,3E+2]");
  Window window(source);
  CountRows rows;
  const ListRead list = read_counts(window, {.takes_fractions = true}, rows);
  rows.end_row();
  CHECK(list.has_fractions);
  CHECK(list.length == 4);
  const CountChunk counts = rows.finish(list.has_fractions);
  CHECK(dense(counts, 4) == std::vector<double>{0.5, 12, 0.01, 300});
  CHECK(counts.stored_type() == ValueType::float64);
}

TEST_CASE("A list is not longer than genes can be numbered") {
  TextSource source("1,2,3,4,5]");
  Window window(source);
  CountRows rows;
  CHECK(read_counts(window, {.longest = 4}, rows).fault == "the list is longer than 4");
}

TEST_CASE("The type that is stored holds the largest count") {
  for (const auto& [text, type] : {std::pair("1,2147483647]", ValueType::int32), std::pair("1,2147483648]", ValueType::int64)}) {
    TextSource source(text);
    Window window(source);
    CountRows rows;
    (void)read_counts(window, {}, rows);
    rows.end_row();
    CHECK(rows.finish(false).stored_type() == type);
  }
}

TEST_CASE("Latents are read to the bit, null is NaN") {
  TextSource source("0.1, -26.25,1e-45,null,1e-99,3.4028235e38]");
  Window window(source);
  std::vector<float> values;
  CHECK(read_floats(window, values).length == 6);
  REQUIRE(values.size() == 6);
  CHECK(values[0] == 0.1F);
  CHECK(values[1] == -26.25F);
  CHECK(values[2] == std::numeric_limits<float>::denorm_min());
  CHECK(std::isnan(values[3]));
  CHECK(values[4] == 0.0F);
  CHECK(values[5] == std::numeric_limits<float>::max());
  TextSource large("1,1e39]");
  Window another(large);
  const ListRead list = read_floats(another, values);
  CHECK(list.length == 1);
  CHECK(list.fault == "1e39 is too large");
}

}  // namespace
}  // namespace gemflow::synthesize_api
