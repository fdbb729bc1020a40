// SPDX-License-Identifier: Apache-2.0
#include "matrix_market/mtx_files.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <utility>

#include <fmt/core.h>

#include "gemflow/core/error.hpp"
#include "gemflow/core/nearest.hpp"

namespace gemflow {
namespace {

namespace fs = std::filesystem;

bool ends_with(std::string_view text, std::string_view end) noexcept {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

bool is_mtx_name(std::string_view name) noexcept {
  return name.substr(0, 1) != "." && (ends_with(name, ".mtx") || ends_with(name, ".mtx.gz"));
}

/// "GSM1_matrix.mtx.gz" → "GSM1_matrix".
std::string stem_of(std::string_view name) { return std::string(name.substr(0, name.rfind(".mtx"))); }

std::vector<std::string> matrices_in(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename().string();
    if (is_mtx_name(name) && at->is_regular_file(error)) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

/// What may stand before "features.tsv" for a matrix of this stem, the most particular first.
std::vector<std::string> prefixes_for(const std::string& stem) {
  constexpr std::string_view matrix = "matrix";
  if (ends_with(stem, matrix)) return {stem.substr(0, stem.size() - matrix.size())};
  return {stem + '_', stem + '.', ""};
}

constexpr std::array<std::string_view, 4> gene_lists{"features.tsv", "genes.tsv", "genes.txt", "features.txt"};
constexpr std::array<std::string_view, 2> cell_lists{"barcodes.tsv", "barcodes.txt"};

bool is_list_of(const std::string& list, const std::string& matrix) {
  const std::string_view name = ends_with(list, ".gz") ? std::string_view(list).substr(0, list.size() - 3) : list;
  for (const std::string& prefix : prefixes_for(stem_of(matrix))) {
    if (name.substr(0, prefix.size()) != prefix) continue;
    const auto is_ending = [rest = name.substr(prefix.size())](std::string_view ending) { return rest == ending; };
    if (std::any_of(gene_lists.begin(), gene_lists.end(), is_ending)) return true;
    if (std::any_of(cell_lists.begin(), cell_lists.end(), is_ending)) return true;
  }
  return false;
}

/// The one file with this prefix and one of the endings; empty if there is none.
fs::path find_list(const fs::path& folder, const std::string& prefix, std::span<const std::string_view> endings) {
  std::vector<std::string> found;
  for (const std::string_view ending : endings) {
    for (const char* const packed : {"", ".gz"}) {
      const std::string name = fmt::format("{}{}{}", prefix, ending, packed);
      std::error_code error;
      if (fs::is_regular_file(folder / name, error)) found.push_back(name);
    }
  }
  if (found.size() > 1) {
    throw Error(
        ErrorKind::input,
        fmt::format("reading '{}': it is not clear which list is meant: {}", folder.string(), quoted_names(found)),
        "leave one of them");
  }
  return found.empty() ? fs::path() : folder / found.front();
}

fs::path find_list_of(const fs::path& matrix, std::span<const std::string_view> endings, std::string_view what) {
  const fs::path folder = matrix.parent_path();
  for (const std::string& prefix : prefixes_for(stem_of(matrix.filename().string()))) {
    fs::path list = find_list(folder, prefix, endings);
    if (!list.empty()) return list;
  }
  throw Error(ErrorKind::input,
              fmt::format("reading '{}': there is no list of its {} beside it", matrix.string(), what),
              fmt::format("looked for '{}{}', also as .gz", prefixes_for(stem_of(matrix.filename().string())).front(),
                          endings.front()));
}

fs::path matrix_of(const fs::path& path) {
  std::error_code error;
  if (!fs::is_directory(path, error)) return path;
  const std::vector<std::string> names = matrices_in(path);
  if (names.empty()) throw Error(ErrorKind::input, fmt::format("reading '{}': it holds no .mtx file", path.string()));
  if (names.size() > 1) {
    throw Error(ErrorKind::input,
                fmt::format("reading '{}': it holds {} matrices: {}", path.string(), names.size(), quoted_names(names)),
                fmt::format("name one of them: {}", (path / names.front()).string()));
  }
  return path / names.front();
}

}  // namespace

bool has_mtx(const std::filesystem::path& path) noexcept {
  std::error_code error;
  if (fs::is_directory(path, error)) return !matrices_in(path).empty();
  return is_mtx_name(path.filename().string()) && fs::is_regular_file(path, error);
}

std::string matrix_of_list(const std::filesystem::path& path) noexcept {
  std::error_code error;
  if (!fs::is_regular_file(path, error)) return {};
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  for (std::string& name : matrices_in(folder)) {
    if (is_list_of(path.filename().string(), name)) return std::move(name);
  }
  return {};
}

MtxFiles find_mtx_files(const std::filesystem::path& path) {
  if (const std::string matrix = matrix_of_list(path); !matrix.empty()) {
    throw Error(ErrorKind::input,
                fmt::format("reading '{}': it is a list of the genes or cells of '{}', and holds no counts", path.string(), matrix),
                fmt::format("name the matrix: {}", (path.parent_path() / matrix).string()));
  }
  const fs::path matrix = matrix_of(path);
  return {matrix, find_list_of(matrix, gene_lists, "genes"), find_list_of(matrix, cell_lists, "cells")};
}

}  // namespace gemflow
