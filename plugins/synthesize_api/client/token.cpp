// SPDX-License-Identifier: Apache-2.0
#include "synthesize_api/client/token.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/crypto.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gemflow/core/error.hpp"

namespace gemflow::synthesize_api {
namespace {

constexpr std::size_t most_bytes = 8192;
constexpr std::string_view hidden = "***";

/// An open file; closed at the end.
struct OpenFile {
  explicit OpenFile(const std::filesystem::path& path) : number(open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile() {
    if (number >= 0) close(number);
  }
  int number;
};

[[noreturn]] void unreadable(const std::filesystem::path& path, int error) {
  throw Error(ErrorKind::input,
              fmt::format("reading the key from '{}': {}", path.string(), std::generic_category().message(error)));
}

std::string read_file(const std::filesystem::path& path) {
  const OpenFile file(path);
  struct stat about = {};
  if (file.number < 0 || fstat(file.number, &about) != 0) unreadable(path, errno);
  if ((about.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    throw Error(ErrorKind::usage,
                fmt::format("the key's file '{}' can be read by others: its mode is {:03o}", path.string(),
                            about.st_mode & 0777U),
                fmt::format("chmod 600 '{}'", path.string()));
  }
  std::string text(most_bytes + 1, '\0');
  std::size_t n = 0;
  while (n < text.size()) {
    const ssize_t got = ::read(file.number, text.data() + n, text.size() - n);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) unreadable(path, errno);
    if (got == 0) break;
    n += static_cast<std::size_t>(got);
  }
  text.resize(n);
  return text;
}

/// A key is one word of visible ASCII: what is more would break a header, or was pasted by mistake.
void check(std::string_view text, std::string_view source) {
  if (text.size() > most_bytes) {
    throw Error(ErrorKind::model, fmt::format("the key in {} has more than {} characters", source, most_bytes));
  }
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] > ' ' && text[i] < '\x7f') continue;
    throw Error(ErrorKind::model, fmt::format("the key in {} has a character at place {} that no key has", source, i + 1),
                "is there a blank, a second line or a quotation mark with it?");
  }
}

std::string trim_newline(std::string text) {
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  return text;
}

void replace_all(std::string& text, std::string_view secret) {
  for (std::size_t at = text.find(secret); at != text.npos; at = text.find(secret, at + hidden.size())) {
    text.replace(at, secret.size(), hidden);
  }
}

/// Hides what stands after each `mark` up to a character of `ends`.
void hide_after(std::string& text, std::string_view mark, std::string_view ends) {
  for (std::size_t at = text.find(mark); at != text.npos; at = text.find(mark, at + hidden.size())) {
    at += mark.size();
    const std::size_t end = text.find_first_of(ends, at);
    text.replace(at, (end == text.npos ? text.size() : end) - at, hidden);
  }
}

void hide_queries(std::string& text) {
  constexpr std::string_view ends = " \t\r\n\"'<>)}";
  for (std::size_t at = text.find("://"); at != text.npos; at = text.find("://", at + 3)) {
    const std::size_t end = std::min(text.find_first_of(ends, at), text.size());
    const std::size_t query = text.find_first_of("?#", at);
    if (query < end) text.replace(query + 1, end - query - 1, hidden);
  }
}

}  // namespace

Token Token::read_if_any(const std::filesystem::path& file) {
  if (!file.empty()) {
    Token token(trim_newline(read_file(file)));
    if (token.empty()) throw Error(ErrorKind::model, fmt::format("the key's file '{}' is empty", file.string()));
    check(token.text_, fmt::format("'{}'", file.string()));
    return token;
  }
  for (const char* name : {"SYNTHESIZE_API_KEY", "SYNTHBIO_API_KEY"}) {
    const char* value = std::getenv(name);
    if (value == nullptr || *value == '\0') continue;
    check(value, name);
    return Token(value);
  }
  return {};
}

Token Token::read(const std::filesystem::path& file) {
  Token token = read_if_any(file);
  if (token.empty()) {
    throw Error(ErrorKind::model, "a hosted model needs a key, and there is none",
                "export SYNTHESIZE_API_KEY=..., or --token-file FILE; keys are made at https://app.synthesize.bio/account/api-keys");
  }
  return token;
}

bool Token::equals(std::string_view other) const noexcept {
  return text_.size() == other.size() && CRYPTO_memcmp(text_.data(), other.data(), other.size()) == 0;
}

std::string Token::redact(std::string_view text) const {
  std::string clean(text);
  if (!text_.empty()) replace_all(clean, text_);
  for (const std::string_view mark : {"Bearer ", "bearer "}) hide_after(clean, mark, " \t\r\n\"',;<>");
  hide_queries(clean);
  return clean;
}

}  // namespace gemflow::synthesize_api
