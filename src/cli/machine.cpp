// SPDX-License-Identifier: Apache-2.0
#include "machine.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace gemflow::cli {
namespace {

constexpr std::size_t default_memory = std::size_t{2} << 30;

/// The path of this process's group in the version 2 hierarchy ("0::/a/b"); "/" where there is none.
std::filesystem::path own_group() {
  std::ifstream file("/proc/self/cgroup");
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("0::", 0) == 0) return line.substr(3);
  }
  return "/";
}

/// The number in a control file; the given one where there is no number ("max") or no file.
std::size_t limit_in(const std::filesystem::path& file, std::size_t otherwise) {
  std::ifstream in(file);
  std::size_t bytes = 0;
  return in >> bytes ? std::min(bytes, otherwise) : otherwise;
}

}  // namespace

std::size_t usable_memory() {
  const std::filesystem::path root = "/sys/fs/cgroup";
  // A limit binds all groups below it. In a container the own group is the root that is seen.
  std::size_t bytes = limit_in(root / "memory" / "memory.limit_in_bytes", default_memory);
  for (std::filesystem::path group = own_group(); !group.relative_path().empty(); group = group.parent_path()) {
    bytes = limit_in(root / group.relative_path() / "memory.max", bytes);
  }
  return limit_in(root / "memory.max", bytes);
}

std::size_t peak_memory() {
  // What getrusage tells may be the peak of whoever started this process: Linux keeps it over exec.
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    constexpr std::string_view word = "VmHWM:";
    if (line.rfind(word, 0) == 0) return std::stoull(line.substr(word.size())) << 10;
  }
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::size_t>(usage.ru_maxrss) << 10;
}

}  // namespace gemflow::cli
