// SPDX-License-Identifier: Apache-2.0
#include "sha256.hpp"

#include <array>
#include <new>

#include <fmt/format.h>
#include <openssl/evp.h>

namespace gemflow {
namespace {

EVP_MD_CTX* digest_in(void* context) noexcept { return static_cast<EVP_MD_CTX*>(context); }

}  // namespace

void Sha256::Free::operator()(void* context) const noexcept { EVP_MD_CTX_free(digest_in(context)); }

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  if (!context_ || EVP_DigestInit_ex(digest_in(context_.get()), EVP_sha256(), nullptr) != 1) throw std::bad_alloc();
}

void Sha256::add(std::string_view bytes) noexcept { EVP_DigestUpdate(digest_in(context_.get()), bytes.data(), bytes.size()); }

std::string Sha256::hex() noexcept {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned n = 0;
  EVP_DigestFinal_ex(digest_in(context_.get()), bytes.data(), &n);
  std::string text;
  for (unsigned i = 0; i < n; ++i) text += fmt::format("{:02x}", bytes[i]);
  return text;
}

}  // namespace gemflow
