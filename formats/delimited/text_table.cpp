// SPDX-License-Identifier: Apache-2.0
#include "delimited/text_table.hpp"

#include <optional>
#include <utility>

#include <fmt/core.h>

#include "delimited/fields.hpp"
#include "gemflow/core/error.hpp"

namespace gemflow {

TextTable::TextTable(const std::filesystem::path& path, const Job& job) : lines_(path, job) { rewind(); }

void TextTable::rewind() {
  lines_.rewind();
  std::string_view line;
  if (!next_line(line)) {
    throw Error(ErrorKind::input, fmt::format("reading '{}': it holds no line but comments", lines_.path().string()));
  }
  const bool has_tab = line.find('\t') != std::string_view::npos;
  const bool has_comma = line.find(',') != std::string_view::npos;
  const bool has_semicolon = line.find(';') != std::string_view::npos;
  delimiter_ = has_tab ? '\t' : has_semicolon && !has_comma ? ';' : ',';
  first_ = split_line(line);
}

bool TextTable::next_line(std::string_view& line) {
  while (lines_.next(line)) {
    if (!line.empty() && line.front() != '#') return true;
  }
  return false;
}

std::vector<std::string> TextTable::split_line(std::string_view line) const {
  lines_.require_utf8(line);
  std::optional<std::vector<std::string>> fields = split(line, delimiter_);
  if (!fields) throw lines_.error_here("opens a quote and does not close it");
  return std::move(*fields);
}

bool TextTable::next(std::vector<std::string>& row) {
  std::string_view line;
  if (!next_line(line)) return false;
  row = split_line(line);
  if (row.size() > first_.size()) {
    throw lines_.error_here(fmt::format("has {} fields, and the first line {}", row.size(), first_.size()));
  }
  row.resize(first_.size());
  return true;
}

}  // namespace gemflow
