// SPDX-License-Identifier: Apache-2.0
#include "synthesize_api/server/secrets.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/random.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <system_error>

#include "gemflow/core/error.hpp"
#include "gemflow/serve.hpp"
#include "synthesize_api/server/system_failure.hpp"

namespace gemflow::synthesize_api {
namespace {

constexpr std::string_view url_letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view base64_letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::string random_bytes(std::size_t n) {
  std::string bytes(n, '\0');
  for (std::size_t have = 0; have < n;) {
    const ssize_t got = getrandom(bytes.data() + have, n - have, 0);
    if (got < 0 && errno != EINTR) throw_system_failure("drawing random bytes");
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

std::string basic_password(std::string_view authorization) {
  constexpr std::string_view scheme = "Basic ";
  if (authorization.substr(0, scheme.size()) != scheme) return {};
  const std::string pair = decode_base64(authorization.substr(scheme.size()));
  const std::size_t colon = pair.find(':');
  return colon == std::string::npos ? std::string() : pair.substr(colon + 1);
}

Token token_of(const std::filesystem::path& file, const std::string& token) {
  if (file.empty()) return Token(token);
  const int made = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (made < 0 && errno == EEXIST) return Token::read(file);
  const std::string word = new_token();
  const bool is_written = made >= 0 && ::write(made, word.data(), word.size()) == static_cast<ssize_t>(word.size());
  const int fault = errno;
  if (made >= 0 && (::close(made) != 0 || !is_written)) ::unlink(file.c_str());
  if (!is_written) {
    throw Error(ErrorKind::io, fmt::format("making the key's file '{}': {}", file.string(), std::generic_category().message(fault)));
  }
  return Token(word);
}

}  // namespace gemflow::synthesize_api

namespace gemflow {

std::string new_token() { return synthesize_api::random_word(43); }

}  // namespace gemflow
