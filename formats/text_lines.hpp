// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>
#include <vector>

#include "gemflow/core/error.hpp"
#include "gemflow/core/job.hpp"

struct BGZF;

namespace gemflow {

/// Lines of a text file that is plain, gzip (one member or many) or BGZF; ended by LF, CRLF or, all of them, CR.
/// A UTF-8 byte order mark is left out. BGZF is inflated on as many threads as the job has workers.
class TextLines {
 public:
  /// Errors: input (not there, not text, cut short, compressed otherwise), io (may not be read).
  TextLines(std::filesystem::path path, const Job& job);
  ~TextLines();
  TextLines(const TextLines&) = delete;
  TextLines& operator=(const TextLines&) = delete;

  /// The next line without its end; it is valid until the next call. False after the last one.
  /// Errors: input (damaged or truncated data, a NUL byte), always before the lines behind the damage are missed.
  bool next(std::string_view& line);
  /// Number of the line that `next` gave last, from 1; 0 before the first.
  [[nodiscard]] std::int64_t number() const noexcept { return number_; }
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
  /// The next call of `next` gives the first line again.
  void rewind();

  /// An error at the line that was given last: "reading 'x.tsv': line 7 <fault>".
  [[nodiscard]] Error error_here(std::string_view fault, std::string hint = {}) const;
  /// For names, which go into other files: throws input where a text of this line is not UTF-8.
  void require_utf8(std::string_view text, std::int64_t line) const;
  void require_utf8(std::string_view text) const { require_utf8(text, number_); }

 private:
  struct CloseBgzf {
    void operator()(BGZF* file) const noexcept;
  };

  void open();
  bool fill();
  void find_line_end();
  void refuse_foreign_bytes(std::string_view head) const;

  std::filesystem::path path_;
  int n_threads_;
  std::unique_ptr<BGZF, CloseBgzf> file_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;  ///< first byte of `buffer_` that was not given yet
  std::size_t end_ = 0;    ///< behind the last byte that was read
  std::int64_t number_ = 0;
  char line_end_ = 0;  ///< '\n' or '\r', by the first end that occurs; 0 while it is not known
  bool at_end_ = false;
};

/// Does the path hold text (through gzip and BGZF, too), as far as its first bytes tell? True for UTF-16 and for gzip whose
/// first bytes are damaged: whoever opens those says so.
/// False for folders, for what cannot be read, and for empty files. Never throws.
[[nodiscard]] bool looks_like_text(const std::filesystem::path& path) noexcept;

/// "zstd", "xz", "bzip2" or "zip" where the first bytes are of such a compression, which is not read; else empty.
[[nodiscard]] std::string_view foreign_compression(std::string_view head) noexcept;

}  // namespace gemflow
