// SPDX-License-Identifier: Apache-2.0
#include "matrix_market/mtx_entries.hpp"

#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

#include <fmt/core.h>

namespace gemflow {
namespace {

bool is_blank(char c) noexcept { return c == ' ' || c == '\t'; }

void skip_blanks(std::string_view& text) noexcept {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
}

std::string_view take_word(std::string_view& text) noexcept {
  skip_blanks(text);
  std::size_t n = 0;
  while (n < text.size() && !is_blank(text[n])) ++n;
  const std::string_view word = text.substr(0, n);
  text.remove_prefix(n);
  return word;
}

/// A run of digits below 10^18; false for anything else.
bool take_integer(std::string_view& text, std::int64_t& number) noexcept {
  skip_blanks(text);
  std::size_t n = 0;
  number = 0;
  for (; n < text.size() && n < 18 && text[n] >= '0' && text[n] <= '9'; ++n) number = 10 * number + (text[n] - '0');
  text.remove_prefix(n);
  return n > 0 && (text.empty() || is_blank(text.front()));
}

bool take_real(std::string_view& text, double& number) noexcept {
  std::string_view word = take_word(text);
  if (word.size() > 1 && word.front() == '+' && word[1] != '-') word.remove_prefix(1);
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  return error == std::errc() && end == word.data() + word.size();
}

/// Digits first, as nearly all values are; `text` is left where it was when there are others.
bool take_value(std::string_view& text, double& value) noexcept {
  std::string_view ahead = text;
  std::int64_t whole = 0;
  if (!take_integer(ahead, whole)) return take_real(text, value);
  value = static_cast<double>(whole);
  text = ahead;
  return true;
}

bool is_end(std::string_view text) noexcept {
  skip_blanks(text);
  return text.empty();
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

std::string in_quotes(std::string_view text) { return fmt::format("'{}'", printable(text, 60)); }

}  // namespace

MtxEntries::MtxEntries(const std::filesystem::path& path, const Job& job) : lines_(path, job) { read_header(); }

void MtxEntries::rewind() {
  lines_.rewind();
  n_read_ = 0;
  const MtxHeader before = header_;
  read_header();
  const bool is_same = before.n_rows == header_.n_rows && before.n_columns == header_.n_columns;
  if (!is_same) throw lines_.error_here("has other sizes than before: the file changed while it was read");
}

void MtxEntries::read_banner() {
  std::string_view line;
  if (!lines_.next(line) || line.substr(0, 14) != "%%MatrixMarket") {
    throw lines_.error_here(
        "is not a MatrixMarket banner: a '%%MatrixMarket matrix coordinate integer general' is missing");
  }
  line.remove_prefix(14);
  const std::string object = lower(take_word(line));
  const std::string layout = lower(take_word(line));
  const std::string field = lower(take_word(line));
  const std::string symmetry = lower(take_word(line));
  constexpr std::array<std::pair<std::string_view, MtxHeader::Field>, 4> fields{
      {{"integer", MtxHeader::Field::integer},
       {"real", MtxHeader::Field::real},
       {"double", MtxHeader::Field::real},
       {"pattern", MtxHeader::Field::pattern}}};
  for (const auto& [name, kind] : fields) {
    if (field != name || object != "matrix" || layout != "coordinate" || symmetry != "general") continue;
    header_.field = kind;
    return;
  }
  throw Error(ErrorKind::unsupported,
              fmt::format("reading '{}': it is a MatrixMarket '{}'", lines_.path().string(),
                          printable(fmt::format("{} {} {} {}", object, layout, field, symmetry), 80)),
              "counts are 'matrix coordinate integer general', or real");
}

void MtxEntries::read_header() {
  read_banner();
  std::string_view line;
  while (lines_.next(line)) {
    if (is_end(line)) continue;
    if (line.front() == '%') {
      if (header_.comment.empty()) header_.comment = line.substr(1);
      continue;
    }
    std::string_view rest = line;
    const bool is_good = take_integer(rest, header_.n_rows) && take_integer(rest, header_.n_columns) &&
                         take_integer(rest, header_.n_entries) && is_end(rest);
    const bool is_small = header_.n_rows <= std::numeric_limits<std::int32_t>::max() &&
                          header_.n_columns <= std::numeric_limits<std::int32_t>::max();
    if (is_good && is_small) return;
    throw lines_.error_here(fmt::format("holds {} where rows, columns and entries are expected", in_quotes(line)));
  }
  throw lines_.error_here("is the last one: rows, columns and entries are missing");
}

bool MtxEntries::next(MtxEntry& entry) {
  std::string_view line;
  do {
    if (!lines_.next(line)) return end();
  } while (line.empty() || is_end(line) || line.front() == '%');
  if (n_read_ == header_.n_entries) {
    throw lines_.error_here(
        fmt::format("is one more than the {} entries that the header announces", header_.n_entries));
  }
  parse(line, entry);
  ++n_read_;
  return true;
}

bool MtxEntries::end() {
  if (n_read_ == header_.n_entries) return false;
  throw Error(ErrorKind::input,
              fmt::format("reading '{}': it holds {} of the {} entries that its header announces",
                          lines_.path().string(), n_read_, header_.n_entries),
              "the file is cut short; fetch it again");
}

void MtxEntries::parse(std::string_view line, MtxEntry& entry) const {
  std::string_view rest = line;
  entry.value = 1;  // what 'pattern' stands for
  const bool is_good = take_integer(rest, entry.row) && take_integer(rest, entry.column) &&
                       (header_.field == MtxHeader::Field::pattern || take_value(rest, entry.value)) && is_end(rest);
  if (!is_good) throw lines_.error_here(fmt::format("holds {}, which is no entry", in_quotes(line)));
  if (entry.row < 1 || entry.row > header_.n_rows || entry.column < 1 || entry.column > header_.n_columns) {
    throw lines_.error_here(fmt::format("names the place {}, {} in a matrix of {} x {}", entry.row, entry.column,
                                        header_.n_rows, header_.n_columns));
  }
  --entry.row;
  --entry.column;
  // An int32 holds what Cell Ranger's own files hold; the type that is promised to writers must be kept.
  constexpr double largest = 2147483647;
  if (header_.field == MtxHeader::Field::real) return;
  if (!(std::abs(entry.value) <= largest) || entry.value != std::trunc(entry.value)) {
    throw lines_.error_here(fmt::format("holds {}, and the banner says integer (of 32 bits)", in_quotes(line)),
                            "write 'real' in its first line");
  }
}

}  // namespace gemflow
