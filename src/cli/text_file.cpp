// SPDX-License-Identifier: Apache-2.0
#include "text_file.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <fstream>
#include <sstream>
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
  const std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (!file || !(text << file.rdbuf())) {
    throw Error(ErrorKind::input, fmt::format("the file cannot be read: {}", std::generic_category().message(errno)));
  }
  return text.str();
}

}  // namespace gemflow::cli
