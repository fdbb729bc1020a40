// SPDX-License-Identifier: Apache-2.0
#include "hdf5/shuffle.hpp"

#include <algorithm>
#include <array>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace gemflow::hdf5 {
namespace {

// Elements [begin, n) of `element` bytes each.
struct Elements {
  std::size_t begin;
  std::size_t n;
  std::size_t element;
};

void shuffle_elements(const unsigned char* plain, unsigned char* shuffled, Elements e) {
  for (std::size_t byte = 0; byte < e.element; ++byte) {
    for (std::size_t i = e.begin; i < e.n; ++i) shuffled[byte * e.n + i] = plain[i * e.element + byte];
  }
}

void unshuffle_elements(const unsigned char* shuffled, unsigned char* plain, Elements e) {
  for (std::size_t byte = 0; byte < e.element; ++byte) {
    for (std::size_t i = e.begin; i < e.n; ++i) plain[i * e.element + byte] = shuffled[byte * e.n + i];
  }
}

#ifdef __SSE2__

// Sixteen bytes in a register; a type of its own, since templates lose the attributes of __m128i.
struct Register {
  __m128i bytes;
};

Register load(const unsigned char* from) { return {_mm_loadu_si128(reinterpret_cast<const __m128i*>(from))}; }
void store(unsigned char* to, Register from) { _mm_storeu_si128(reinterpret_cast<__m128i*>(to), from.bytes); }

// Sixteen elements of Size bytes are Size registers. One round puts the bytes of register i and of register
// i + Size/2 alternately into registers 2i and 2i + 1: the bytes of a pair of halves side by side. As many rounds as
// Size has bits bring every element's bytes together.
template <std::size_t Size>
void interleave(std::array<Register, Size>& registers) {
  std::array<Register, Size> next;
  for (std::size_t i = 0; i < Size / 2; ++i) {
    next[2 * i].bytes = _mm_unpacklo_epi8(registers[i].bytes, registers[i + Size / 2].bytes);
    next[2 * i + 1].bytes = _mm_unpackhi_epi8(registers[i].bytes, registers[i + Size / 2].bytes);
  }
  registers = next;
}

template <std::size_t Size>
constexpr std::size_t rounds = Size == 2 ? 1 : Size == 4 ? 2 : 3;

// Sixteen elements as a byte number of four plus log2(Size) bits: the planes are plane bits before element bits, and
// each round turns that number left by one bit.
template <std::size_t Size>
std::size_t unshuffle_sixteens(const unsigned char* shuffled, unsigned char* plain, std::size_t n) {
  std::size_t i = 0;
  for (; i + 16 <= n; i += 16) {
    std::array<Register, Size> registers;
    for (std::size_t byte = 0; byte < Size; ++byte) registers[byte] = load(shuffled + byte * n + i);
    for (std::size_t round = 0; round < rounds<Size>; ++round) interleave(registers);
    for (std::size_t part = 0; part < Size; ++part) store(plain + i * Size + 16 * part, registers[part]);
  }
  return i;
}

// The same turning, on to where it began: four rounds more.
template <std::size_t Size>
std::size_t shuffle_sixteens(const unsigned char* plain, unsigned char* shuffled, std::size_t n) {
  std::size_t i = 0;
  for (; i + 16 <= n; i += 16) {
    std::array<Register, Size> registers;
    for (std::size_t part = 0; part < Size; ++part) registers[part] = load(plain + i * Size + 16 * part);
    for (std::size_t round = 0; round < 4; ++round) interleave(registers);
    for (std::size_t byte = 0; byte < Size; ++byte) store(shuffled + byte * n + i, registers[byte]);
  }
  return i;
}

#else

template <std::size_t Size>
std::size_t unshuffle_sixteens(const unsigned char*, unsigned char*, std::size_t) {
  return 0;
}
template <std::size_t Size>
std::size_t shuffle_sixteens(const unsigned char*, unsigned char*, std::size_t) {
  return 0;
}

#endif

using Kernel = std::size_t (*)(const unsigned char*, unsigned char*, std::size_t);

std::size_t run_kernel(std::size_t element, const std::array<Kernel, 3>& kernels, const unsigned char* from,
                       unsigned char* to, std::size_t n) {
  switch (element) {
    case 2: return kernels[0](from, to, n);
    case 4: return kernels[1](from, to, n);
    case 8: return kernels[2](from, to, n);
    default: return 0;
  }
}

void copy_rest(std::span<const unsigned char> from, std::size_t done, std::span<unsigned char> to) {
  std::copy(from.begin() + static_cast<std::ptrdiff_t>(done), from.end(), to.begin() + static_cast<std::ptrdiff_t>(done));
}

}  // namespace

void shuffle(std::span<const unsigned char> plain, std::size_t element, std::span<unsigned char> shuffled) {
  const std::size_t n = plain.size() / element;
  const std::size_t done = run_kernel(element, {shuffle_sixteens<2>, shuffle_sixteens<4>, shuffle_sixteens<8>},
                                      plain.data(), shuffled.data(), n);
  shuffle_elements(plain.data(), shuffled.data(), {done, n, element});
  copy_rest(plain, n * element, shuffled);
}

void unshuffle(std::span<const unsigned char> shuffled, std::size_t element, std::span<unsigned char> plain) {
  const std::size_t n = shuffled.size() / element;
  const std::size_t done = run_kernel(element, {unshuffle_sixteens<2>, unshuffle_sixteens<4>, unshuffle_sixteens<8>},
                                      shuffled.data(), plain.data(), n);
  unshuffle_elements(shuffled.data(), plain.data(), {done, n, element});
  copy_rest(shuffled, n * element, plain);
}

void shuffle_bytewise(std::span<const unsigned char> plain, std::size_t element, std::span<unsigned char> shuffled) {
  const std::size_t n = plain.size() / element;
  shuffle_elements(plain.data(), shuffled.data(), {0, n, element});
  copy_rest(plain, n * element, shuffled);
}

void unshuffle_bytewise(std::span<const unsigned char> shuffled, std::size_t element, std::span<unsigned char> plain) {
  const std::size_t n = shuffled.size() / element;
  unshuffle_elements(shuffled.data(), plain.data(), {0, n, element});
  copy_rest(shuffled, n * element, plain);
}

}  // namespace gemflow::hdf5
