// SPDX-License-Identifier: Apache-2.0
#include "delimited/fields.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>

namespace gemflow {
namespace {

void skip_blanks(std::string_view& text) noexcept {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
}

std::string_view without_blanks(std::string_view text) noexcept {
  skip_blanks(text);
  return text.substr(0, text.find_last_not_of(' ') + 1);
}

/// Text within quotes; `line` begins behind the opening one and is left behind the closing one.
bool take_quoted(std::string_view& line, std::string& field) {
  for (;;) {
    const std::size_t quote = line.find('"');
    if (quote == std::string_view::npos) return false;
    field += line.substr(0, quote);
    line.remove_prefix(quote + 1);
    if (line.empty() || line.front() != '"') return true;
    field += '"';
    line.remove_prefix(1);
  }
}

}  // namespace

bool take_field(std::string_view& line, char delimiter, std::string& field) {
  field.clear();
  if (delimiter == ' ') skip_blanks(line);
  if (!line.empty() && line.front() == '"') {
    line.remove_prefix(1);
    if (!take_quoted(line, field)) return false;
  }
  const std::size_t end = line.find(delimiter);
  field += line.substr(0, end);  // behind a closing quote there is nothing, in files that keep to the rules
  if (end == std::string_view::npos) {
    line = {};
    return true;
  }
  line.remove_prefix(end + 1);
  if (delimiter == ' ') {
    skip_blanks(line);
    if (line.empty()) line = {};
  }
  return true;
}

std::optional<std::vector<std::string>> split(std::string_view line, char delimiter) {
  std::vector<std::string> fields;
  do {
    if (!take_field(line, delimiter, fields.emplace_back())) return std::nullopt;
  } while (line.data() != nullptr);
  return fields;
}

std::optional<double> number_in(std::string_view text) noexcept {
  text = without_blanks(text);
  if (text.size() > 1 && text.front() == '+' && text[1] != '-') text.remove_prefix(1);
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || std::isnan(number)) return std::nullopt;
  return number;
}

bool is_missing(std::string_view text) noexcept {
  constexpr std::array<std::string_view, 12> words{"",    "NA",   "N/A",  "NaN",  "nan", "NAN",
                                                   "n/a", "null", "NULL", "None", "-",   "#N/A"};
  return std::find(words.begin(), words.end(), without_blanks(text)) != words.end();
}

bool has_comma_within(std::string_view text) noexcept {
  text = without_blanks(text);
  const std::size_t comma = text.find(',');
  return text.find_first_not_of("+-0123456789.,") == std::string_view::npos && comma != std::string_view::npos && comma > 0 &&
         comma + 1 < text.size();
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

}  // namespace gemflow
