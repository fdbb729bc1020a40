// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include <htslib/bgzf.h>

#include "support/files.hpp"

namespace gemflow::test {

/// The text as gzip ("wg") or BGZF ("w") bytes, written by htslib.
inline std::string compressed(std::string_view text, const char* mode) {
  const TempFolder folder;
  const std::filesystem::path path = folder / "text.gz";
  BGZF* const file = bgzf_open(path.c_str(), mode);
  if (file == nullptr || bgzf_write(file, text.data(), text.size()) < 0 || bgzf_close(file) != 0) {
    throw std::runtime_error("cannot compress");
  }
  return bytes_of(path);
}

inline std::string gzip(std::string_view text) { return compressed(text, "wg"); }
inline std::string bgzf(std::string_view text) { return compressed(text, "w"); }

}  // namespace gemflow::test
