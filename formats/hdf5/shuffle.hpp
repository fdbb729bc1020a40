// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

namespace gemflow::hdf5 {

/// HDF5's shuffle filter: the first bytes of all elements, then the second ones, and so on; bytes that fill no whole
/// element stay at the end. Elements of 2, 4 and 8 bytes go sixteen at a time, with the same result.
/// REQUIRES: equal sizes, no overlap, element >= 1.
void shuffle(std::span<const unsigned char> plain, std::size_t element, std::span<unsigned char> shuffled);
/// Undoes it.
void unshuffle(std::span<const unsigned char> shuffled, std::size_t element, std::span<unsigned char> plain);

/// One byte after the other: what the kernels are tested against.
void shuffle_bytewise(std::span<const unsigned char> plain, std::size_t element, std::span<unsigned char> shuffled);
void unshuffle_bytewise(std::span<const unsigned char> shuffled, std::size_t element, std::span<unsigned char> plain);

}  // namespace gemflow::hdf5
