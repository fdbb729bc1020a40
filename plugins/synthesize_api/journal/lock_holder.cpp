// SPDX-License-Identifier: Apache-2.0
#include "synthesize_api/journal/lock_holder.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <fstream>
#include <random>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include "gemflow/core/error.hpp"
#include "gemflow/core/file_descriptor.hpp"

namespace gemflow::synthesize_api {
namespace {

namespace fs = std::filesystem;

std::string first_line(const fs::path& path) {
  std::string line;
  std::ifstream file(path);
  std::getline(file, line);
  return line;
}

/// Where numbers of processes mean what they mean here: containers on one machine have numbers of their own.
std::string this_place() {
  std::error_code unseen;
  const std::string boot = first_line("/proc/sys/kernel/random/boot_id");
  const std::string space = fs::read_symlink("/proc/self/ns/pid", unseen).string();
  return boot.empty() || space.empty() ? std::string() : boot + ' ' + space;
}

/// The 22nd word of /proc/PID/stat (proc(5)); the second, a name in brackets, may hold anything. Empty: no such process, or one
/// that ended and was not buried yet: its third word is Z or X.
std::string start_of(std::int64_t process) {
  const std::string line = first_line(fmt::format("/proc/{}/stat", process));
  const std::size_t name_end = line.rfind(')');
  if (name_end == std::string::npos || line.find_first_of("ZX", name_end) == name_end + 2) return {};
  std::size_t begin = name_end + 1;
  for (int word = 2; word < 22 && begin != std::string::npos; ++word) begin = line.find(' ', begin + (word == 2 ? 0 : 1));
  return begin == std::string::npos ? std::string() : line.substr(begin + 1, line.find(' ', begin + 1) - begin - 1);
}

std::string this_host() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? std::string(name.data()) : std::string();
}

std::string random_id() {
  std::random_device source;
  return fmt::format("{:08x}{:08x}", source(), source());
}

bool is_id(std::string_view text) {
  return text.size() == 16 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::string content_of(int file) {
  std::array<char, 4096> bytes{};
  const ssize_t n = uninterrupted([&] { return pread(file, bytes.data(), bytes.size(), 0); });
  return n > 0 ? std::string(bytes.data(), static_cast<std::size_t>(n)) : std::string();
}

}  // namespace

LockHolder this_process() {
  LockHolder holder;
  holder.id = random_id();
  holder.host = this_host();
  holder.place = this_place();
  holder.process = getpid();
  holder.started = start_of(holder.process);
  holder.since = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
  return holder;
}

std::optional<LockHolder> read_lock(const fs::path& file) {
  const FileDescriptor lock(
      uninterrupted([&] { return open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC); }));
  if (!lock.is_open() && errno == ENOENT) return std::nullopt;
  struct stat there {};
  if (!lock.is_open() || fstat(lock, &there) != 0) {
    throw Error(ErrorKind::io, fmt::format("reading the lock '{}': {}", file.string(), std::generic_category().message(errno)));
  }
  LockHolder holder;
  holder.beat = there.st_mtim;
  holder.id = fmt::format("{:x}", there.st_ino);
  const auto json = nlohmann::json::parse(content_of(lock), nullptr, false);
  if (!json.is_object()) return holder;
  const auto text = [&](const char* name) {
    const auto found = json.find(name);
    return found != json.end() && found->is_string() ? printable(found->get<std::string>()) : std::string();
  };
  if (is_id(text("id"))) holder.id = text("id");
  holder.host = text("host");
  holder.place = text("place");
  holder.started = text("started");
  holder.since = text("since");
  const auto process = json.find("process");
  if (process != json.end() && process->is_number_integer()) holder.process = process->get<std::int64_t>();
  return holder;
}

std::string lock_text(const LockHolder& holder) {
  const nlohmann::ordered_json json{{"id", holder.id},           {"host", holder.host},       {"place", holder.place},
                                    {"process", holder.process}, {"started", holder.started}, {"since", holder.since}};
  return json.dump() + '\n';
}

Pulse pulse_of(const LockHolder& holder) {
  const std::string here = this_place();
  if (here.empty() || holder.place != here || holder.process <= 0) return Pulse::unknown;
  return !holder.started.empty() && start_of(holder.process) == holder.started ? Pulse::alive : Pulse::gone;
}

std::string text_of(const LockHolder& holder) {
  if (holder.process == 0) return "a process unknown";
  return fmt::format("process {} on '{}', since {}", holder.process, holder.host, holder.since);
}

}  // namespace gemflow::synthesize_api
