// SPDX-License-Identifier: Apache-2.0
#include "gemflow/core/error.hpp"

#include <array>
#include <utility>

#include "gemflow/core/utf8.hpp"

namespace gemflow {
namespace {

struct KindRow {
  std::string_view name;
  int exit_code;
};

constexpr std::array<KindRow, 11> kinds{{{"usage", 2},
                                         {"input", 3},
                                         {"unsupported", 4},
                                         {"io", 5},
                                         {"model", 6},
                                         {"quota", 7},
                                         {"internal", 70},
                                         {"pending", 75},
                                         {"network", 104},
                                         {"memory", 137},
                                         {"interrupted", 130}}};

const KindRow& row_of(ErrorKind kind) noexcept { return kinds[static_cast<std::size_t>(kind)]; }

constexpr std::string_view not_a_character = "\xef\xbf\xbd";

/// What moves a terminal's cursor or turns its text around: C0, C1, DEL and the marks of direction.
bool is_control(std::string_view character) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(character[i]); };
  if (character.size() == 1) return byte(0) < 0x20 || byte(0) == 0x7f;
  if (character.size() == 2) return byte(0) == 0xc2 && byte(1) < 0xa0;
  if (character.size() != 3 || byte(0) != 0xe2) return false;
  return (byte(1) == 0x80 && byte(2) >= 0xa8 && byte(2) <= 0xae) || (byte(1) == 0x81 && byte(2) >= 0xa6 && byte(2) <= 0xa9);
}

}  // namespace

int exit_code(ErrorKind kind) noexcept { return row_of(kind).exit_code; }

std::string_view name_of(ErrorKind kind) noexcept { return row_of(kind).name; }

Error::Error(ErrorKind kind, std::string message, std::string hint)
    : kind_(kind), message_(std::move(message)), hint_(std::move(hint)) {}

Error& Error::within(std::string_view context) {
  const std::string prefix = std::string(context) + ": ";
  if (message_.rfind(prefix, 0) != 0) message_.insert(0, prefix);
  return *this;
}

std::string printable(std::string_view text, std::size_t limit) {
  std::string clean;
  std::string_view rest = text.substr(0, limit);
  while (!rest.empty()) {
    const std::size_t n = utf8_character(rest);
    const bool was_cut = n == 0 && text.size() > limit && rest.size() < 4;
    if (n == 0 && !was_cut) clean += not_a_character;
    if (n > 0 && !is_control(rest.substr(0, n))) clean += rest.substr(0, n);
    rest.remove_prefix(n == 0 ? 1 : n);
  }
  if (text.size() > limit) clean += "...";
  return clean;
}

}  // namespace gemflow
