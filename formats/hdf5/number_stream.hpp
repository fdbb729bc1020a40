// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "gemflow/core/buffer.hpp"
#include "gemflow/core/count_chunk.hpp"
#include "gemflow/core/job.hpp"
#include "hdf5/handle.hpp"
#include "hdf5/stored_chunks.hpp"

namespace gemflow::hdf5 {

/// A dataset of numbers with one axis, read in slices that mostly follow each other: fetched by the calling thread,
/// unpacked by workers. Chunks packed with deflate and shuffle come raw (H5Dread_chunk) and are unpacked by ourselves,
/// one after the other no matter how many slices they touch; everything else comes through H5Dread.
/// Memory: a slice as it is stored, a chunk, and nothing that is allocated anew for each slice.
class NumberStream {
 public:
  /// Errors: input (no numbers, more than one axis), unsupported (filter), memory (a chunk larger than `memory`).
  NumberStream(hid_t parent, const std::string& path, std::size_t memory);

  [[nodiscard]] std::int64_t size() const noexcept { return size_; }
  [[nodiscard]] ValueType type() const noexcept { return chunks_.type(); }
  [[nodiscard]] hid_t dataset() const noexcept { return chunks_.dataset(); }
  /// Why the values come through H5Dread; empty where chunks come raw.
  [[nodiscard]] const std::string& slow_because() const noexcept { return chunks_.slow_because(); }

  /// Brings in what is stored of elements [begin, begin + count). REQUIRES: within the size; every piece of the slice
  /// before was unpacked. Errors: input.
  void fetch(std::int64_t begin, std::int64_t count);
  /// Parts of the fetched slice that can be unpacked independently.
  [[nodiscard]] std::size_t n_pieces() const noexcept { return pieces_.size(); }
  /// Unpacks one piece to its place in `slice`. Makes no HDF5 call: for workers. T: double, std::int64_t, or
  /// std::int32_t, where integers that do not fit become -1. Errors: input (damaged).
  template <typename T>
  void unpack(std::size_t piece, ChunkDecoder& decoder, std::span<T> slice);

  /// Fetch and unpack: `slice` is filled with what begins at `begin`.
  template <typename T>
  void read(std::int64_t begin, std::span<T> slice, Workers& workers);

 private:
  struct Piece {
    std::int64_t begin = 0;    ///< elements of the dataset
    std::int64_t count = 0;
    std::int64_t chunk = -1;   ///< its number, -1: native numbers that were fetched by H5Dread
    StoredChunks::Packed packed;
  };
  /// A chunk that the next slice may begin in.
  struct Kept {
    std::int64_t chunk = -1;
    Buffer<unsigned char> bytes;
  };

  void fetch_values(std::int64_t begin, std::int64_t count);
  [[nodiscard]] std::span<const unsigned char> raw_chunk(const Piece& piece, ChunkDecoder& decoder);

  StoredChunks chunks_;
  std::int64_t size_ = 0;
  std::int64_t chunk_ = 0;  ///< elements of a chunk
  Buffer<unsigned char> packed_;
  std::vector<Piece> pieces_;
  std::int64_t begin_ = 0;
  std::int64_t end_ = 0;
  Kept kept_;
  Kept keeping_;
};

}  // namespace gemflow::hdf5
