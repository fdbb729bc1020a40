// SPDX-License-Identifier: Apache-2.0
#include "text_lines.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include <fcntl.h>
#include <fmt/core.h>
#include <htslib/bgzf.h>
#include <unistd.h>

#include "quiet_htslib.hpp"
#include "gemflow/core/utf8.hpp"

namespace gemflow {
namespace {

constexpr std::size_t block_size = std::size_t{1} << 18;

std::string reading(const std::filesystem::path& path) { return fmt::format("reading '{}'", path.string()); }

/// By descriptor and not by name: htslib takes names such as 'http:…' and 's3:…' for remote files.
BGZF* open_bgzf(const std::filesystem::path& path) noexcept {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return nullptr;
  BGZF* file = bgzf_dopen(descriptor, "r");
  if (file == nullptr) ::close(descriptor);
  return file;
}

/// A BGZF file ends with an empty block of 28 bytes. Cut at a block's border, it reads well and is not whole.
bool lacks_end_block(BGZF* file) noexcept {
  constexpr int is_bgzf = 2;
  return bgzf_compression(file) == is_bgzf && bgzf_check_EOF(file) == 0;
}

bool starts_with(std::string_view text, std::string_view prefix) noexcept {
  return text.substr(0, prefix.size()) == prefix;
}

bool is_utf16(std::string_view head) noexcept {
  return starts_with(head, "\xff\xfe") || starts_with(head, "\xfe\xff");
}

bool is_gzip_file(const std::filesystem::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  std::array<char, 2> magic{};
  const bool is_read = descriptor >= 0 && ::read(descriptor, magic.data(), magic.size()) == 2;
  if (descriptor >= 0) ::close(descriptor);
  return is_read && starts_with({magic.data(), magic.size()}, "\x1f\x8b");
}

}  // namespace

void TextLines::CloseBgzf::operator()(BGZF* file) const noexcept {
  const QuietHtslib quiet;
  static_cast<void>(bgzf_close(file));  // damage was looked for at each read
}

TextLines::TextLines(std::filesystem::path path, const Job& job)
    : path_(std::move(path)), n_threads_(job.workers->count()) {
  open();
}

TextLines::~TextLines() = default;

void TextLines::open() {
  const QuietHtslib quiet;
  errno = 0;
  file_.reset(open_bgzf(path_));
  if (!file_) {
    const bool absent = errno == ENOENT || errno == ENOTDIR;
    throw Error(absent ? ErrorKind::input : ErrorKind::io,
                fmt::format("{}: cannot open it: {}", reading(path_), std::strerror(errno)));
  }
  if (lacks_end_block(file_.get())) {
    throw Error(ErrorKind::input,
                fmt::format("{}: its last BGZF block is missing: the file is cut short", reading(path_)));
  }
  if (n_threads_ > 1) bgzf_mt(file_.get(), n_threads_, 64);  // without effect on plain text and gzip
  begin_ = end_ = 0;
  number_ = 0;
  line_end_ = 0;
  at_end_ = false;
  fill();
}

void TextLines::rewind() {
  file_.reset();
  open();
}

void TextLines::refuse_foreign_bytes(std::string_view head) const {
  if (const std::string_view compression = foreign_compression(head); !compression.empty()) {
    throw Error(ErrorKind::unsupported, fmt::format("{}: it is compressed with {}", reading(path_), compression),
                "decompress it first, or compress it with gzip");
  }
  if (is_utf16(head)) {
    throw Error(ErrorKind::unsupported, fmt::format("{}: its text is UTF-16", reading(path_)),
                fmt::format("iconv -f UTF-16 -t UTF-8 '{}'", path_.string()));
  }
}

/// Reads more behind what is there; false at the end of the file.
bool TextLines::fill() {
  if (at_end_) return false;
  std::copy(buffer_.data() + begin_, buffer_.data() + end_, buffer_.data());
  end_ -= begin_;
  begin_ = 0;
  if (buffer_.size() < end_ + block_size) buffer_.resize(std::max(2 * buffer_.size(), end_ + block_size));
  const QuietHtslib quiet;
  const ssize_t n = bgzf_read(file_.get(), buffer_.data() + end_, buffer_.size() - end_);
  // With several threads a truncated BGZF file reads like one that has ended: only errcode tells.
  if (n < 0 || file_->errcode != 0) {
    throw Error(ErrorKind::input,
                fmt::format("{}: its compressed data are damaged or cut short after line {}", reading(path_), number_));
  }
  const std::string_view fresh(buffer_.data() + end_, static_cast<std::size_t>(n));
  const bool is_first = number_ == 0 && end_ == 0;
  if (is_first) refuse_foreign_bytes(fresh);
  if (fresh.find('\0') != std::string_view::npos) {
    throw Error(ErrorKind::input,
                fmt::format("{}: it is not text: a NUL byte stands after line {}", reading(path_), number_));
  }
  end_ += fresh.size();
  at_end_ = n == 0;
  if (is_first && starts_with(fresh, "\xef\xbb\xbf")) begin_ = 3;
  return n > 0;
}

/// Decides on the ends of this file's lines by the first that occurs; reads on until there is one or the file ends.
void TextLines::find_line_end() {
  std::size_t seen = begin_;
  while (line_end_ == 0) {
    const std::string_view rest(buffer_.data() + seen, end_ - seen);
    const std::size_t at = rest.find_first_of("\r\n");
    if (at != std::string_view::npos && (rest[at] == '\n' || at + 1 < rest.size() || at_end_)) {
      const bool is_mac = rest[at] == '\r' && (at + 1 == rest.size() || rest[at + 1] != '\n');
      line_end_ = is_mac ? '\r' : '\n';
      return;
    }
    const std::size_t given = std::min(at, rest.size()) + (seen - begin_);
    if (!fill() && at == std::string_view::npos) return;
    seen = begin_ + given;
  }
}

bool TextLines::next(std::string_view& line) {
  if (line_end_ == 0) find_line_end();
  std::size_t seen = 0;
  for (;;) {
    const char* const from = buffer_.data() + begin_;
    const std::size_t n = end_ - begin_;
    const void* const at = n > seen ? std::memchr(from + seen, line_end_, n - seen) : nullptr;
    const std::size_t length = at == nullptr ? n : static_cast<std::size_t>(static_cast<const char*>(at) - from);
    if (at != nullptr || at_end_) {
      if (at == nullptr && n == 0) return false;
      line = {from, length};
      begin_ += at == nullptr ? length : length + 1;
      if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
      ++number_;
      return true;
    }
    seen = n;
    fill();
  }
}

Error TextLines::error_here(std::string_view fault, std::string hint) const {
  return {ErrorKind::input, fmt::format("{}: line {} {}", reading(path_), number_, fault), std::move(hint)};
}

void TextLines::require_utf8(std::string_view text, std::int64_t line) const {
  if (is_utf8(text)) return;
  throw Error(ErrorKind::input,
              fmt::format("{}: line {} holds '{}', which is not UTF-8", reading(path_), line, printable(text, 60)),
              fmt::format("iconv -f LATIN1 -t UTF-8 '{}'", path_.string()));
}

bool looks_like_text(const std::filesystem::path& path) noexcept {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return false;
  const QuietHtslib quiet;
  BGZF* const file = open_bgzf(path);
  if (file == nullptr) return false;
  std::array<char, 4096> head{};
  const ssize_t n = bgzf_read(file, head.data(), head.size());
  static_cast<void>(bgzf_close(file));
  if (n < 0) return is_gzip_file(path);
  const std::string_view bytes(head.data(), static_cast<std::size_t>(n));
  return is_utf16(bytes) || (!bytes.empty() && bytes.find('\0') == std::string_view::npos);
}

std::string_view foreign_compression(std::string_view head) noexcept {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 4> magics{{{"\x28\xb5\x2f\xfd", "zstd"},
                                                                                 {"\xfd"
                                                                                  "7zXZ",
                                                                                  "xz"},
                                                                                 {"BZh", "bzip2"},
                                                                                 {"PK\x03\x04", "zip"}}};
  for (const auto& [magic, name] : magics) {
    if (starts_with(head, magic)) return name;
  }
  return {};
}

}  // namespace gemflow
