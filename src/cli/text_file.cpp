// SPDX-License-Identifier: Apache-2.0
#include "text_file.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <system_error>

#include "gemflow/core/destination.hpp"
#include "gemflow/core/error.hpp"

namespace gemflow::cli {

void write_text_file(const std::filesystem::path& path, std::string_view text) {
  Job job;
  Destination file(path, {.overwrite = true}, job);
  file.write(text);
  file.commit();
}

bool is_there(const std::filesystem::path& path) noexcept {
  std::error_code unreadable;
  return std::filesystem::exists(std::filesystem::symlink_status(path, unreadable));
}

std::string read_text_file(const std::filesystem::path& path) {
  constexpr std::size_t most_bytes = std::size_t{1} << 30;
  std::ifstream file(path, std::ios::binary);
  std::string text;
  std::array<char, 65536> piece{};
  while (file && text.size() <= most_bytes) {
    file.read(piece.data(), piece.size());
    text.append(piece.data(), static_cast<std::size_t>(file.gcount()));
  }
  if (text.size() > most_bytes) throw Error(ErrorKind::input, fmt::format("the file has more than {} bytes", most_bytes));
  if (!file.eof() || file.bad()) {
    throw Error(ErrorKind::input, fmt::format("the file cannot be read: {}", std::generic_category().message(errno)));
  }
  return text;
}

}  // namespace gemflow::cli
