// SPDX-License-Identifier: Apache-2.0
#include "gemflow/core/error.hpp"

#include <array>
#include <utility>

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
  for (const char c : text.substr(0, limit)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte != 0x7f) clean += c;
  }
  if (text.size() > limit) clean += "...";
  return clean;
}

}  // namespace gemflow
