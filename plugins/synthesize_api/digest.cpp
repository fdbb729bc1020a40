// SPDX-License-Identifier: Apache-2.0
#include "synthesize_api/digest.hpp"

#include <array>
#include <memory>

#include <fmt/format.h>
#include <openssl/evp.h>

namespace gemflow::synthesize_api {

std::string sha256_hex(std::initializer_list<std::string_view> texts) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> digest(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  EVP_DigestInit_ex(digest.get(), EVP_sha256(), nullptr);
  for (const std::string_view text : texts) {
    const std::string length = fmt::format("{}:", text.size());
    EVP_DigestUpdate(digest.get(), length.data(), length.size());
    EVP_DigestUpdate(digest.get(), text.data(), text.size());
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned n = 0;
  EVP_DigestFinal_ex(digest.get(), bytes.data(), &n);
  std::string hex;
  for (unsigned i = 0; i < n; ++i) hex += fmt::format("{:02x}", bytes[i]);
  return hex;
}

}  // namespace gemflow::synthesize_api
