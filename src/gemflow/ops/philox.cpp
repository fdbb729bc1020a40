// SPDX-License-Identifier: Apache-2.0
#include "gemflow/ops/philox.hpp"

#include <cassert>

#include "gemflow/ops/sampling.hpp"

namespace gemflow {
namespace {

// Constants of the published generator.
constexpr std::uint64_t multiplier_0 = 0xD2511F53;
constexpr std::uint64_t multiplier_1 = 0xCD9E8D57;
constexpr std::uint32_t weyl_0 = 0x9E3779B9;
constexpr std::uint32_t weyl_1 = 0xBB67AE85;

constexpr std::uint32_t low(std::uint64_t x) noexcept { return static_cast<std::uint32_t>(x); }
constexpr std::uint32_t high(std::uint64_t x) noexcept { return static_cast<std::uint32_t>(x >> 32); }

constexpr double uniform_of(std::uint32_t word) noexcept { return (static_cast<double>(word) + 0.5) * 0x1p-32; }

/// 52 bits and a half: 53 and a half would round up to 1.
constexpr double uniform_of(std::uint32_t first, std::uint32_t second) noexcept {
  const std::uint64_t bits = static_cast<std::uint64_t>(first) << 20 | second >> 12;
  return (static_cast<double>(bits) + 0.5) * 0x1p-52;
}

}  // namespace

std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> c, std::array<std::uint32_t, 2> key) noexcept {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t product_0 = multiplier_0 * c[0];
    const std::uint64_t product_1 = multiplier_1 * c[2];
    c = {high(product_1) ^ c[1] ^ key[0], low(product_1), high(product_0) ^ c[3] ^ key[1], low(product_0)};
    key[0] += weyl_0;
    key[1] += weyl_1;
  }
  return c;
}

std::uint64_t split_mix(std::uint64_t seed) noexcept {
  std::uint64_t x = seed + 0x9E3779B97F4A7C15;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
  return x ^ (x >> 31);
}

Random::Random(std::uint64_t seed, RandomAddress address) noexcept {
  assert(address.cell >= 0 && address.cell < (std::int64_t{1} << 40));
  assert(address.sample >= 0 && address.sample < (std::int64_t{1} << 40));
  const std::uint64_t mixed = split_mix(seed);
  const auto cell = static_cast<std::uint64_t>(address.cell);
  const auto sample = static_cast<std::uint64_t>(address.sample);
  key_ = {low(mixed), high(mixed)};
  counter_ = {0, low(sample), low(cell),
              high(cell) << 24 | high(sample) << 16 | static_cast<std::uint32_t>(address.stream)};
}

std::array<std::uint32_t, 4> Random::block(std::uint64_t number) const noexcept {
  assert(number <= 0xFFFFFFFF);
  return philox({low(number), counter_[1], counter_[2], counter_[3]}, key_);
}

std::uint32_t Random::word(std::uint64_t index) const noexcept { return block(index / 4)[index % 4]; }

double Random::uniform(std::uint64_t index) const noexcept { return uniform_of(word(index)); }

double Random::fine_uniform(std::uint64_t index) const noexcept {
  const std::array<std::uint32_t, 4> words = block(index / 2);
  return index % 2 == 0 ? uniform_of(words[0], words[1]) : uniform_of(words[2], words[3]);
}

double Random::normal(std::uint64_t index) const noexcept { return normal_quantile(uniform(index)); }

void Random::uniforms(std::span<double> out) const noexcept {
  for (std::size_t i = 0; i < out.size(); i += 4) {
    const std::array<std::uint32_t, 4> words = block(i / 4);
    for (std::size_t j = 0; j < 4 && i + j < out.size(); ++j) out[i + j] = uniform_of(words[j]);
  }
}

void Random::fine_uniforms(std::uint64_t first, std::span<double> out) const noexcept {
  assert(first % 2 == 0);
  for (std::size_t i = 0; i < out.size(); i += 2) {
    const std::array<std::uint32_t, 4> words = block((first + i) / 2);
    out[i] = uniform_of(words[0], words[1]);
    if (i + 1 < out.size()) out[i + 1] = uniform_of(words[2], words[3]);
  }
}

void Random::normals(std::span<double> out) const noexcept {
  uniforms(out);
  for (double& value : out) value = normal_quantile(value);
}

}  // namespace gemflow
