// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace gemflow {

/// What random numbers are for: equal addresses in two streams have nothing to do with each other.
enum class Stream : std::uint16_t {
  depth = 0,
  technical = 1,
  biological = 2,
  perturbation = 3,
  observation = 4,
  rounding = 5,
  input_rounding = 6,
  training = 16,  ///< and above: Stream(16 + n)
};

/// Where in a run a random number stands. It depends on the question alone, never on batch, chunk or thread.
struct RandomAddress {
  std::int64_t cell = 0;    ///< the cell's (or query's) number in the whole run; below 2^40
  std::int64_t sample = 0;  ///< the sample's number in the whole run; below 2^40
  Stream stream = Stream::observation;
};

/// Philox4x32 with ten rounds (Salmon, Moraes, Dror and Shaw, SC11): four random words for a counter and a key.
[[nodiscard]] std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter,
                                                  std::array<std::uint32_t, 2> key) noexcept;

/// One step of SplitMix64: spreads a user's small seed over 64 bits.
[[nodiscard]] std::uint64_t split_mix(std::uint64_t seed) noexcept;

/// The random numbers of one address, each reached by its index (for genes: the position in gene_order), in any order
/// and from any thread. Two words that share an index are the same word: take different streams for different things.
class Random {
 public:
  Random(std::uint64_t seed, RandomAddress address) noexcept;

  /// The index-th 32-bit word.
  [[nodiscard]] std::uint32_t word(std::uint64_t index) const noexcept;
  /// In the open interval (0, 1), with 32 random bits.
  [[nodiscard]] double uniform(std::uint64_t index) const noexcept;
  /// In the open interval (0, 1), with 52 random bits; for tails beyond six standard deviations.
  [[nodiscard]] double fine_uniform(std::uint64_t index) const noexcept;
  /// Standard normal, from `uniform(index)`.
  [[nodiscard]] double normal(std::uint64_t index) const noexcept;

  /// uniform(0), uniform(1), …: four times as fast as one by one.
  void uniforms(std::span<double> out) const noexcept;
  /// fine_uniform(first), fine_uniform(first + 1), … REQUIRES: `first` is even.
  void fine_uniforms(std::uint64_t first, std::span<double> out) const noexcept;
  /// normal(0), normal(1), …
  void normals(std::span<double> out) const noexcept;

 private:
  [[nodiscard]] std::array<std::uint32_t, 4> block(std::uint64_t number) const noexcept;

  std::array<std::uint32_t, 2> key_;
  std::array<std::uint32_t, 4> counter_;  ///< block, sample, cell, stream with the high bits of the other two
};

}  // namespace gemflow
