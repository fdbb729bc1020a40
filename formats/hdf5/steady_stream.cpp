// SPDX-License-Identifier: Apache-2.0
#include "hdf5/steady_stream.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstdint>
#include <cstring>
#include <new>

namespace gemflow::hdf5 {
namespace {

constexpr std::size_t n_places = 64;
constexpr std::size_t step = std::size_t{1} << 16U;
constexpr std::align_val_t alignment{n_places * step};  // thus places differ in six bits of what is hashed

// ISA-L's own numbers.
constexpr std::size_t window = 32'768;           // places count modulo this
constexpr std::size_t shortest_run = 4096;       // so many zeros or ones in front are packed without the table
constexpr std::size_t n_left_to_finish = 16;     // so short an input does not come to that assembly
constexpr unsigned most_hash_bits = 13;

/// ISA-L's hash, the instruction crc32 (CRC-32C without its complements) on four bytes.
constexpr std::uint32_t hash(std::uint32_t bytes) {
  constexpr std::uint32_t polynomial = 0x82F63B78;
  for (int bit = 0; bit < 32; ++bit) bytes = bytes >> 1U ^ (polynomial & (0U - (bytes & 1U)));
  return bytes;
}

/// Have the first n places different entries where so many bits count? The hash is linear: it is the differences that matter.
constexpr bool are_different(std::uint32_t n, unsigned bits) {
  for (std::uint32_t difference = 1; difference < n; ++difference) {
    if ((hash(difference) & ((1U << bits) - 1)) == 0) return false;
  }
  return true;
}
// One more than there can be entries to be avoided: two a window and one.
static_assert(are_different(4, std::bit_width(n_left_to_finish) - 1));
static_assert(are_different(n_places, most_hash_bits) && n_places > 2 * SteadyStream::longest_input / window + 1);

/// Where the table comes into use: behind a long run of zeros or ones.
std::size_t begin_of_search(std::span<const unsigned char> raw) {
  std::uint64_t word = 0;
  std::memcpy(&word, raw.data(), sizeof word);
  if (word != 0 && word != ~std::uint64_t{0}) return 0;
  std::size_t end = sizeof word;
  while (end + sizeof word <= raw.size() && std::memcmp(raw.data() + end, &word, sizeof word) == 0) end += sizeof word;
  while (end < raw.size() && raw[end] == raw[0]) ++end;
  return end < shortest_run ? 0 : end;
}

/// The hashes of the bytes that are found by the entry of the first three places, as each is taken for any place that is a
/// multiple of the window further on.
void find_hashes(std::span<const unsigned char> raw, std::vector<std::uint32_t>& hashes) {
  const auto add = [&](std::size_t at) {
    std::uint32_t bytes = 0;
    if (at + sizeof bytes > raw.size()) return;
    std::memcpy(&bytes, raw.data() + at, sizeof bytes);
    hashes.push_back(hash(bytes));
  };
  hashes.clear();
  const std::size_t begin = begin_of_search(raw);
  add(begin + 1);
  for (std::size_t at = begin; at < raw.size(); at += window) {
    add(at);
    add(at + 2);
  }
}

}  // namespace

SteadyStream::SteadyStream()
    : memory_(static_cast<unsigned char*>(::operator new((n_places - 1) * step + sizeof(isal_zstream), alignment))) {}

void SteadyStream::Free::operator()(unsigned char* memory) const noexcept { ::operator delete(memory, alignment); }

isal_zstream& SteadyStream::stream_for(std::span<const unsigned char> raw) {
  assert(raw.size() <= longest_input);
  unsigned char* place = memory_.get();
  if (raw.size() > n_left_to_finish) {
    find_hashes(raw, hashes_);
    const unsigned bits = std::min(static_cast<unsigned>(std::bit_width(raw.size())) - 1, most_hash_bits);
    const std::uint32_t mask = (1U << bits) - 1;
    const auto is_taken = [&] {
      const std::uint32_t own = hash(static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(place) >> 16U));
      return std::any_of(hashes_.begin(), hashes_.end(), [&](std::uint32_t other) { return ((other ^ own) & mask) == 0; });
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
