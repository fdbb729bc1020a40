// SPDX-License-Identifier: Apache-2.0
#include "hdf5/steady_stream.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cstdint>
#include <cstring>
#include <new>

namespace gemflow::hdf5 {
namespace {

constexpr std::size_t n_places = 8;
constexpr std::size_t step = std::size_t{1} << 16U;
constexpr std::align_val_t alignment{n_places * step};  // thus places differ in three bits of what is hashed
constexpr unsigned most_hash_bits = 13;
constexpr std::size_t n_left_to_finish = 16;  // so short an input does not come to that assembly

/// ISA-L's hash, the instruction crc32 (CRC-32C without its complements) on four bytes.
constexpr std::uint32_t hash(std::uint32_t bytes) {
  constexpr std::uint32_t polynomial = 0x82F63B78;
  for (int bit = 0; bit < 32; ++bit) bytes = bytes >> 1U ^ (polynomial & (0U - (bytes & 1U)));
  return bytes;
}

/// The hash is linear: places have different entries, however few bits count, if all differences of their addresses have.
constexpr bool are_different(unsigned bits) {
  for (std::uint32_t a = 0; a < n_places; ++a) {
    for (std::uint32_t b = 0; b < a; ++b) {
      if (((hash(a) ^ hash(b)) & ((1U << bits) - 1)) == 0) return false;
    }
  }
  return true;
}
static_assert(are_different(std::bit_width(n_left_to_finish) - 1), "eight places, six entries to be avoided: two remain");

std::uint32_t hash_at(std::span<const unsigned char> raw, std::size_t at) {
  std::uint32_t bytes = 0;
  std::memcpy(&bytes, raw.data() + at, sizeof bytes);
  return hash(bytes);
}

/// Where the table comes into use: behind a run of zeros or ones, which ISA-L packs for itself if it is long.
std::size_t end_of_run(std::span<const unsigned char> raw) {
  std::uint64_t word = 0;
  std::memcpy(&word, raw.data(), sizeof word);
  if (word != 0 && word != ~std::uint64_t{0}) return 0;
  std::size_t end = sizeof word;
  for (; end + sizeof word <= raw.size(); end += sizeof word) {
    if (std::memcmp(raw.data() + end, &word, sizeof word) != 0) break;
  }
  while (end < raw.size() && raw[end] == raw[0]) ++end;
  return end;
}

/// The entries that the first three bytes of the input, and those behind a run, take.
std::array<std::uint32_t, 6> first_entries(std::span<const unsigned char> raw) {
  std::array<std::uint32_t, 6> entries{};
  const std::size_t run = end_of_run(raw);
  const std::size_t behind = run + n_left_to_finish < raw.size() ? run : 0;
  for (std::size_t i = 0; i < 3; ++i) {
    entries[i] = hash_at(raw, i);
    entries[3 + i] = hash_at(raw, behind + i);
  }
  return entries;
}

}  // namespace

SteadyStream::SteadyStream()
    : memory_(static_cast<unsigned char*>(::operator new((n_places - 1) * step + sizeof(isal_zstream), alignment))) {}

void SteadyStream::Free::operator()(unsigned char* memory) const noexcept { ::operator delete(memory, alignment); }

isal_zstream& SteadyStream::stream_for(std::span<const unsigned char> raw) {
  unsigned char* place = memory_.get();
  if (raw.size() > n_left_to_finish) {
    const unsigned bits = std::min(static_cast<unsigned>(std::bit_width(raw.size())) - 1, most_hash_bits);
    const std::uint32_t mask = (1U << bits) - 1;
    const auto entries = first_entries(raw);
    const auto is_taken = [&] {
      const std::uint32_t own = hash(static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(place) >> 16U));
      return std::any_of(entries.begin(), entries.end(), [&](std::uint32_t entry) { return ((entry ^ own) & mask) == 0; });
    };
    while (is_taken()) place += step;
  }
  assert(place < memory_.get() + n_places * step);
  isal_zstream& stream = *new (place) isal_zstream;
  isal_deflate_stateless_init(&stream);
  stream.hist_bits = 0;  // the whole window; ISA-L's own function leaves it unset
  stream.level = 1;
  return stream;
}

}  // namespace gemflow::hdf5
