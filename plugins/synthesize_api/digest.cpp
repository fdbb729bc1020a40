// SPDX-License-Identifier: Apache-2.0
#include "synthesize_api/digest.hpp"

#include <fmt/format.h>

#include "sha256.hpp"

namespace gemflow::synthesize_api {

std::string sha256_hex(std::initializer_list<std::string_view> texts) {
  Sha256 digest;
  for (const std::string_view text : texts) {
    digest.add(fmt::format("{}:", text.size()));
    digest.add(text);
  }
  return digest.hex();
}

}  // namespace gemflow::synthesize_api
