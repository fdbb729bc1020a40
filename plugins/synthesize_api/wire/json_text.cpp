// SPDX-License-Identifier: Apache-2.0
#include "synthesize_api/wire/json_text.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "gemflow/core/utf8.hpp"

namespace gemflow::synthesize_api {
namespace {

constexpr double plain_below = 1e15;

void append_character(std::string& json, std::string_view character) {
  const char c = character.front();
  if (c == '"' || c == '\\') {
    json += '\\';
    json += c;
  } else if (character.size() == 1 && static_cast<unsigned char>(c) < 0x20) {
    json += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
  } else {
    json += character;
  }
}

std::size_t digits_length(std::string_view text) noexcept {
  std::size_t n = 0;
  while (n < text.size() && text[n] >= '0' && text[n] <= '9') ++n;
  return n;
}

std::size_t exponent_length(std::string_view text) noexcept {
  if (text.empty() || (text[0] != 'e' && text[0] != 'E')) return 0;
  const std::size_t sign = text.size() > 1 && (text[1] == '+' || text[1] == '-') ? 1 : 0;
  const std::size_t digits = digits_length(text.substr(1 + sign));
  return digits == 0 ? std::string_view::npos : 1 + sign + digits;
}

template <typename Number>
Number parsed(std::string_view text) noexcept {
  Number number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc::result_out_of_range) return number;
  // It says of both ends no more than this: the exponent's sign, or a fraction of zeros, tells them apart.
  const std::size_t at = text.find_first_of("eE");
  const bool is_small = at == std::string_view::npos ? text.substr(0, 3).find('.') != std::string_view::npos
                                                     : text.size() > at + 1 && text[at + 1] == '-';
  const Number size = is_small ? 0 : std::numeric_limits<Number>::infinity();
  return text.front() == '-' ? -size : size;
}

}  // namespace

void append_text(std::string& json, std::string_view text) {
  json += '"';
  while (!text.empty()) {
    const std::size_t n = utf8_character(text);
    if (n == 0) {
      json += "\xef\xbf\xbd";
    } else {
      append_character(json, text.substr(0, n));
    }
    text.remove_prefix(n == 0 ? 1 : n);
  }
  json += '"';
}

void append_number(std::string& json, double number) {
  std::array<char, 40> text{};
  const bool is_plain = std::abs(number) < plain_below && number == std::floor(number);
  const auto end = is_plain ? std::to_chars(text.data(), text.data() + text.size(), static_cast<std::int64_t>(number))
                            : std::to_chars(text.data(), text.data() + text.size(), number);
  json.append(text.data(), end.ptr);
}

void append_json(std::string& json, const Scalar& value) {
  switch (value.kind) {
    case Scalar::Kind::null: json += "null"; break;
    case Scalar::Kind::boolean: json += value.truth ? "true" : "false"; break;
    case Scalar::Kind::number: json += value.text; break;
    case Scalar::Kind::text: append_text(json, value.text); break;
  }
}

std::size_t number_length(std::string_view text) noexcept {
  std::size_t n = !text.empty() && text[0] == '-' ? 1 : 0;
  const std::size_t whole = n < text.size() && text[n] == '0' ? 1 : digits_length(text.substr(n));
  if (whole == 0) return 0;
  n += whole;
  if (n < text.size() && text[n] == '.') {
    const std::size_t fraction = digits_length(text.substr(n + 1));
    if (fraction == 0) return 0;
    n += 1 + fraction;
  }
  const std::size_t exponent = exponent_length(text.substr(n));
  return exponent == std::string_view::npos ? 0 : n + exponent;
}

double number_of(std::string_view json_number) noexcept { return parsed<double>(json_number); }
float float_of(std::string_view json_number) noexcept { return parsed<float>(json_number); }

}  // namespace gemflow::synthesize_api
