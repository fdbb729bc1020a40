// SPDX-License-Identifier: Apache-2.0
#include "gemflow/core/file_descriptor.hpp"

#include <unistd.h>

namespace gemflow {

int FileDescriptor::close() noexcept {
  const int number = std::exchange(number_, -1);
  return number < 0 ? 0 : ::close(number);
}

bool FileDescriptor::write(std::string_view bytes) noexcept {
  while (!bytes.empty()) {
    const auto n = uninterrupted([&] { return ::write(number_, bytes.data(), bytes.size()); });
    if (n < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

}  // namespace gemflow
