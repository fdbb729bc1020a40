// SPDX-License-Identifier: Apache-2.0
#include "terminal.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <string>
#include <system_error>

#include "gemflow/core/error.hpp"

namespace gemflow::cli {
namespace {

bool is_set(const char* name) {
  const char* const value = std::getenv(name);
  return value != nullptr && *value != '\0';
}

bool can_erase_a_line() {
  const char* const kind = std::getenv("TERM");
  return isatty(STDERR_FILENO) == 1 && kind != nullptr && std::string_view(kind) != "dumb";
}

int columns() {
  winsize size{};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

}  // namespace

Voice standard_voice() {
  Voice voice;
  // Nobody can be told that the standard error cannot be written.
  voice.write = [](std::string_view text) { std::fwrite(text.data(), 1, text.size(), stderr); };
  voice.seconds = [] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
  };
  voice.is_terminal = can_erase_a_line();
  voice.has_colour = voice.is_terminal && !is_set("NO_COLOR");
  voice.width = columns();
  return voice;
}

std::function<void(std::string_view)> open_log(const std::filesystem::path& path) {
  const std::shared_ptr<std::FILE> file(std::fopen(path.c_str(), "ae"), [](std::FILE* opened) {
    if (opened != nullptr) std::fclose(opened);
  });
  if (!file) {
    throw Error(ErrorKind::io, fmt::format("opening the log '{}': {}", path.string(), std::generic_category().message(errno)));
  }
  return [file](std::string_view line) {
    fmt::print(file.get(), "{:%Y-%m-%dT%H:%M:%SZ} {}\n", fmt::gmtime(std::time(nullptr)), line);
    std::fflush(file.get());
  };
}

}  // namespace gemflow::cli
