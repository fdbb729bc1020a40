// SPDX-License-Identifier: Apache-2.0
#include "gemflow/ops/units.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <optional>
#include <span>
#include <utility>

#include <fmt/format.h>

namespace gemflow {
namespace {

using UnitRow = std::pair<std::string_view, std::string_view>;  // as people write it in lower case, as models do

constexpr std::array<UnitRow, 29> time_units{
    {{"s", "seconds"},     {"sec", "seconds"}, {"secs", "seconds"},   {"second", "seconds"}, {"seconds", "seconds"},
     {"m", "minutes"},     {"min", "minutes"}, {"mins", "minutes"},   {"minute", "minutes"}, {"minutes", "minutes"},
     {"h", "hours"},       {"hr", "hours"},    {"hrs", "hours"},      {"hour", "hours"},     {"hours", "hours"},
     {"d", "days"},        {"day", "days"},    {"days", "days"},      {"w", "weeks"},        {"wk", "weeks"},
     {"week", "weeks"},    {"weeks", "weeks"}, {"mo", "months"},      {"month", "months"},   {"months", "months"},
     {"y", "years"},       {"yr", "years"},    {"year", "years"},     {"years", "years"}}};

constexpr std::array<UnitRow, 6> dose_units{{{"umol/l", "um"},
                                             {"nmol/l", "nm"},
                                             {"mmol/l", "mm"},
                                             {"pmol/l", "pm"},
                                             {"mol/l", "m"},
                                             {"%", "percent"}}};

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

/// Lower case; both micro signs (U+00B5, U+03BC) are "u".
std::string folded(std::string_view unit) {
  std::string out;
  for (std::size_t i = 0; i < unit.size(); ++i) {
    const std::string_view two = unit.substr(i, 2);
    if (two == "\xC2\xB5" || two == "\xCE\xBC") {
      out += 'u';
      ++i;
    } else {
      out += static_cast<char>(std::tolower(static_cast<unsigned char>(unit[i])));
    }
  }
  return out;
}

std::optional<std::string> unit_in(std::span<const UnitRow> units, const std::string& folded_unit) {
  const auto at = std::find_if(units.begin(), units.end(), [&](const UnitRow& row) { return row.first == folded_unit; });
  if (at == units.end()) return std::nullopt;
  return std::string(at->second);
}

std::optional<std::string> time_unit(const std::string& folded_unit) { return unit_in(time_units, folded_unit); }

std::optional<std::string> dose_unit(const std::string& folded_unit) {
  if (folded_unit.empty()) return std::nullopt;
  return unit_in(dose_units, folded_unit).value_or(folded_unit);
}

std::string plain_part(std::string_view part, std::optional<std::string> (*unit_of)(const std::string&)) {
  const std::string_view text = trimmed(part);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc()) return std::string(part);
  const auto unit = unit_of(folded(trimmed(text.substr(static_cast<std::size_t>(end - text.data())))));
  return unit ? fmt::format("{} {}", value, *unit) : std::string(part);
}

std::string plain(std::string_view text, std::optional<std::string> (*unit_of)(const std::string&)) {
  std::string out;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('|', begin), text.size());
    if (begin > 0) out += '|';
    out += plain_part(text.substr(begin, end - begin), unit_of);
    begin = end + 1;
  }
  return out;
}

}  // namespace

std::string with_plain_time(std::string_view text) { return plain(text, time_unit); }

std::string with_plain_dose(std::string_view text) { return plain(text, dose_unit); }

}  // namespace gemflow
