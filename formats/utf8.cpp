// SPDX-License-Identifier: Apache-2.0
#include "utf8.hpp"

namespace gemflow {
namespace {

// How many bytes follow the first byte of a UTF-8 sequence; -1 where none begins so (also not overlong, not beyond
// the last plane).
int bytes_after(unsigned char first) noexcept {
  if (first < 0x80) return 0;
  if (first >= 0xc2 && first < 0xe0) return 1;
  if (first >= 0xe0 && first < 0xf0) return 2;
  return first >= 0xf0 && first < 0xf5 ? 3 : -1;
}

}  // namespace

bool is_utf8(std::string_view text) noexcept {
  for (std::size_t i = 0; i < text.size(); ++i) {
    int more = bytes_after(static_cast<unsigned char>(text[i]));
    if (more < 0) return false;
    for (; more > 0; --more) {
      if (++i == text.size() || (static_cast<unsigned char>(text[i]) & 0xc0U) != 0x80) return false;
    }
  }
  return true;
}

}  // namespace gemflow
