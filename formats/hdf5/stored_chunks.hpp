// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "gemflow/core/buffer.hpp"
#include "gemflow/core/count_chunk.hpp"
#include "gemflow/core/job.hpp"
#include "hdf5/filters.hpp"
#include "hdf5/handle.hpp"

namespace gemflow::hdf5 {

/// A dataset of numbers whose chunks are fetched as they are stored, by the calling thread, and unpacked by workers.
class StoredChunks {
 public:
  /// One fetched chunk: where its bytes are in the buffer that it was fetched into.
  struct Packed {
    std::size_t offset = 0;
    std::size_t n_bytes = 0;  ///< 0: never written
    std::uint32_t mask = 0;
  };

  /// Errors: input (no numbers), unsupported (a filter that nobody here knows), memory (a chunk larger than `memory`).
  StoredChunks(hid_t parent, const std::string& path, std::size_t memory);

  [[nodiscard]] hid_t dataset() const noexcept { return dataset_; }
  [[nodiscard]] ValueType type() const noexcept { return type_; }
  /// Bytes of one number in memory.
  [[nodiscard]] std::size_t element() const noexcept { return element_; }
  /// Sizes of a chunk by axis; empty where it is not chunked.
  [[nodiscard]] const std::vector<hsize_t>& chunk() const noexcept { return chunk_; }
  /// Why chunks cannot come as they are stored, so that values must come through H5Dread; empty where they can.
  [[nodiscard]] const std::string& slow_because() const noexcept { return slow_because_; }

  /// Appends the stored bytes of the chunk that begins at `place` (one number an axis) to `buffer`.
  /// REQUIRES: slow_because() is empty. Errors: input.
  [[nodiscard]] Packed fetch(const hsize_t* place, Buffer<unsigned char>& buffer) const;
  /// Unpacks it: whole chunk, also at the edge. The bytes are in the decoder, the buffer or here. No HDF5 call.
  /// Errors: input (damaged).
  [[nodiscard]] std::span<const unsigned char> unpack(const Packed& packed, const Buffer<unsigned char>& buffer,
                                                      ChunkDecoder& decoder) const;

 private:
  [[nodiscard]] std::string find_obstacle() const;

  Handle dataset_;
  std::string place_;  ///< "reading 'a.h5ad': X/data", for errors of workers
  ValueType type_ = ValueType::float64;
  std::size_t element_ = 8;
  std::vector<hsize_t> chunk_;
  std::vector<FilterStep> filters_;
  std::string slow_because_;
  Buffer<unsigned char> unwritten_;  ///< a chunk of the fill value
};

/// One decoder for each lane of `workers`.
[[nodiscard]] std::vector<ChunkDecoder> decoders_for(const Workers& workers);

}  // namespace gemflow::hdf5
