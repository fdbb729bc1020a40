// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "gemflow/core/buffer.hpp"

namespace gemflow::hdf5 {

/// What a dataset declares whose chunks are made here, besides shuffle. The level is only a word for readers.
inline constexpr int declared_deflate_level = 1;

/// Packs chunks as HDF5's filters shuffle and deflate would leave them, which every reader undoes: ISA-L's level 1,
/// twelve times as fast as zlib's level 4 and smaller behind a shuffle; bytes that are noise are stored as they are. Pure
/// memory; one for each lane of workers.
///
/// Equal chunks give equal bytes on every x86-64 with SSE4.2: ISA-L's kernels of level 1 differ in speed alone
/// (compared under emulation from Nehalem to AVX-512; only its portable C kernel and its level 3 give other bytes).
class ChunkEncoder {
 public:
  ChunkEncoder();
  ChunkEncoder(ChunkEncoder&&) noexcept;
  ChunkEncoder& operator=(ChunkEncoder&&) noexcept;
  ~ChunkEncoder();

  /// Packs a whole chunk of elements of `element` bytes into `packed`, which keeps its room for the next one.
  /// REQUIRES: raw.size() is a multiple of `element`.
  void pack(std::span<const unsigned char> raw, std::size_t element, Buffer<unsigned char>& packed);

 private:
  struct Scratch;
  std::unique_ptr<Scratch> scratch_;
};

}  // namespace gemflow::hdf5
