// SPDX-License-Identifier: Apache-2.0
#include "synthesize_api/server/secrets.hpp"

#include <sys/random.h>

#include <cerrno>
#include <cstdint>
#include <system_error>

#include "gemflow/serve.hpp"

namespace gemflow::synthesize_api {
namespace {

constexpr std::string_view url_letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view base64_letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::string random_bytes(std::size_t n) {
  std::string bytes(n, '\0');
  for (std::size_t have = 0; have < n;) {
    const ssize_t got = getrandom(bytes.data() + have, n - have, 0);
    if (got < 0 && errno != EINTR) throw std::system_error(errno, std::generic_category(), "drawing random bytes");
    if (got > 0) have += static_cast<std::size_t>(got);
  }
  return bytes;
}

std::string decode_base64(std::string_view text) {
  std::string bytes;
  std::uint32_t held = 0;
  int bits = 0;
  for (const char letter : text) {
    const std::size_t value = base64_letters.find(letter);
    if (value == std::string_view::npos) break;
    held = (held << 6U) | static_cast<std::uint32_t>(value);
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes += static_cast<char>((held >> static_cast<unsigned>(bits)) & 0xffU);
  }
  return bytes;
}

}  // namespace

std::string random_word(std::size_t letters) {
  std::string word = random_bytes(letters);
  for (char& letter : word) letter = url_letters[static_cast<unsigned char>(letter) % url_letters.size()];
  return word;
}

std::string random_uuid() {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string bytes = random_bytes(16);
  bytes[6] = static_cast<char>((static_cast<unsigned char>(bytes[6]) & 0x0fU) | 0x40U);
  bytes[8] = static_cast<char>((static_cast<unsigned char>(bytes[8]) & 0x3fU) | 0x80U);
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    const auto byte = static_cast<unsigned char>(bytes[i]);
    text += digits[byte >> 4U];
    text += digits[byte & 0x0fU];
  }
  return text;
}

bool same_secret(std::string_view given, std::string_view wanted) noexcept {
  if (given.size() != wanted.size()) return false;
  volatile unsigned char difference = 0;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const auto bits = static_cast<unsigned char>(given[i]) ^ static_cast<unsigned char>(wanted[i]);
    difference = static_cast<unsigned char>(difference | bits);
  }
  return difference == 0;
}

std::string basic_password(std::string_view authorization) {
  constexpr std::string_view scheme = "Basic ";
  if (authorization.substr(0, scheme.size()) != scheme) return {};
  const std::string pair = decode_base64(authorization.substr(scheme.size()));
  const std::size_t colon = pair.find(':');
  return colon == std::string::npos ? std::string() : pair.substr(colon + 1);
}

}  // namespace gemflow::synthesize_api

namespace gemflow {

std::string new_token() { return synthesize_api::random_word(43); }

}  // namespace gemflow
