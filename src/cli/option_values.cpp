// SPDX-License-Identifier: Apache-2.0
#include "option_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <fstream>
#include <optional>
#include <random>
#include <string_view>

#include "gemflow/core/error.hpp"
#include "gemflow/core/format.hpp"

namespace gemflow::cli {
namespace {

constexpr double least_memory = 64e6;

[[noreturn]] void refuse(const std::string& text, std::string_view wanted, std::string hint = {}) {
  throw Error(ErrorKind::usage, fmt::format("'{}' is not {}", printable(text), wanted), std::move(hint));
}

/// The number that the text begins with, and what stands behind it; nothing where there is none.
std::optional<std::pair<double, std::string_view>> leading_number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || !std::isfinite(value)) return std::nullopt;
  return std::pair{value, text.substr(static_cast<std::size_t>(end - text.data()))};
}

/// The factor of a unit of memory, whatever its case; nothing where it is none.
std::optional<double> memory_unit(std::string_view unit) {
  while (!unit.empty() && unit.front() == ' ') unit.remove_prefix(1);
  std::string word(unit);
  std::transform(word.begin(), word.end(), word.begin(), [](unsigned char c) { return std::tolower(c); });
  if (word.empty() || word == "b") return 1;
  constexpr std::string_view letters = "kmgt";
  const std::size_t power = letters.find(word.front()) + 1;
  if (power == 0) return std::nullopt;
  const std::string_view rest = std::string_view(word).substr(1);
  if (rest.empty() || rest == "ib") return std::pow(1024.0, static_cast<double>(power));
  if (rest == "b") return std::pow(1000.0, static_cast<double>(power));
  return std::nullopt;
}

std::vector<std::string> names_in_file(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw Error(ErrorKind::usage, fmt::format("the file '{}' cannot be read", printable(path)));
  std::vector<std::string> names;
  for (std::string line; std::getline(file, line);) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (!line.empty()) names.push_back(line);
  }
  // No names would mean no choice, and so all cells.
  if (names.empty()) throw Error(ErrorKind::usage, fmt::format("the file '{}' holds no names", printable(path)));
  return names;
}

}  // namespace

std::int64_t whole_number(const std::string& text, std::int64_t least, std::int64_t most) {
  std::int64_t value = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, value);
  const bool is_bounded = most < std::numeric_limits<std::int64_t>::max();
  if (error != std::errc() || end != last || value < least || value > most) {
    refuse(text, is_bounded ? fmt::format("a whole number from {} to {}", least, most)
                            : fmt::format("a whole number from {} on", least));
  }
  return value;
}

double number(const std::string& text, double least, double most) {
  const auto read = leading_number(text);
  if (!read || !read->second.empty() || read->first < least || read->first > most) {
    refuse(text, fmt::format("a number from {} to {}", least, most));
  }
  return read->first;
}

double share(const std::string& text) {
  const auto read = leading_number(text);
  if (!read || !read->second.empty() || read->first < 0 || read->first > 1) refuse(text, "a share from 0 to 1");
  return read->first;
}

std::size_t memory_size(const std::string& text) {
  const auto read = leading_number(text);
  const auto unit = read ? memory_unit(read->second) : std::nullopt;
  if (!unit || read->first < 0) refuse(text, "a size in memory", "write a number and a unit: 512M, 2G, 1.5GiB");
  const double bytes = read->first * *unit;
  if (bytes < least_memory) refuse(text, "enough: 64 MB is the least", "write a unit: 512M, 2G");
  return static_cast<std::size_t>(std::min(bytes, 9e18));
}

std::pair<std::string, std::string> key_value(const std::string& text) {
  const std::size_t at = text.find('=');
  if (at == std::string::npos || at == 0) refuse(text, "of the form NAME=VALUE");
  return {text.substr(0, at), text.substr(at + 1)};
}

std::pair<std::int64_t, std::int64_t> row_range(const std::string& text) {
  const std::size_t at = text.find(':');
  if (at == std::string::npos) refuse(text, "a range of rows such as 0:1000", "rows count from 0; the end is not included");
  const std::string begin = text.substr(0, at);
  const std::string end = text.substr(at + 1);
  const std::pair<std::int64_t, std::int64_t> rows{begin.empty() ? 0 : whole_number(begin),
                                                   end.empty() ? CellChoice::open_end : whole_number(end)};
  if (rows.second <= rows.first) refuse(text, "a range of rows: it ends before it begins");
  return rows;
}

std::vector<std::string> names_listed(const std::string& text) {
  if (!text.empty() && text.front() == '@') return names_in_file(text.substr(1));
  std::vector<std::string> names;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    if (end == begin) refuse(text, "a list of names: one of them is empty", "write NAME,NAME or @FILE");
    names.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return names;
}

std::filesystem::path folder_there(const std::string& text) {
  std::error_code not_there;
  if (!std::filesystem::is_directory(text, not_there)) refuse(text, "a folder that is there");
  return text;
}

std::uint64_t seed_number(const std::string& text) {
  // 53 bits: what JSON and every reader of it keep exactly.
  if (text == "random") return ((std::uint64_t{std::random_device{}()} << 32) | std::random_device{}()) >> 11;
  return static_cast<std::uint64_t>(whole_number(text));
}

}  // namespace gemflow::cli
