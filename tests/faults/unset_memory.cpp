// SPDX-License-Identifier: Apache-2.0
// Loaded before a program (LD_PRELOAD): memory that malloc gives out holds the 16-bit number UNSET_MEMORY over and over, not
// whatever was there before. What a program writes must not follow from it.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include <malloc.h>

extern "C" {
// glibc's own, under the names that it keeps for those who put a malloc before it.
void* __libc_malloc(std::size_t size);                // NOLINT(bugprone-reserved-identifier,readability-identifier-naming)
void* __libc_realloc(void* memory, std::size_t size);  // NOLINT(bugprone-reserved-identifier,readability-identifier-naming)
}

namespace {

void fill(void* memory, std::size_t from) {
  static const char* const text = std::getenv("UNSET_MEMORY");
  static const auto number = static_cast<std::uint16_t>(text == nullptr ? 0 : std::atoi(text));
  auto* const bytes = static_cast<unsigned char*>(memory);
  const std::size_t size = malloc_usable_size(memory);
  for (std::size_t at = (from + 1) / 2 * 2; at + sizeof number <= size; at += sizeof number) {
    std::memcpy(bytes + at, &number, sizeof number);
  }
}

}  // namespace

extern "C" void* malloc(std::size_t size) {
  void* const memory = __libc_malloc(size);
  if (memory != nullptr) fill(memory, 0);
  return memory;
}

extern "C" void* realloc(void* memory, std::size_t size) {
  const std::size_t before = memory == nullptr ? 0 : malloc_usable_size(memory);
  void* const moved = __libc_realloc(memory, size);
  if (moved != nullptr && malloc_usable_size(moved) > before) fill(moved, before);
  return moved;
}
