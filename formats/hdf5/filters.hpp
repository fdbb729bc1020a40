// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libdeflate.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "gemflow/core/buffer.hpp"
#include "hdf5/handle.hpp"

namespace gemflow::hdf5 {

/// One step of a dataset's packing.
struct FilterStep {
  H5Z_filter_t id = 0;       ///< H5Z_FILTER_DEFLATE, H5Z_FILTER_SHUFFLE, …
  std::string name;          ///< as the file calls it
  std::size_t element = 1;   ///< bytes of an element (shuffle)
};

/// The steps in the order in which the writer took them; empty: chunks lie as they are.
[[nodiscard]] std::vector<FilterStep> filters_of(hid_t dataset);

/// Number of the lzf filter, which h5py and old anndata write and HDF5 itself does not know.
inline constexpr H5Z_filter_t lzf_filter = 32'000;

/// Can ChunkDecoder undo them all? deflate, shuffle and lzf.
[[nodiscard]] bool are_ours(const std::vector<FilterStep>& steps) noexcept;

/// For a dataset with one axis that is to be read through HDF5's filters, ours (lzf) among them: HDF5 1.10 believes a filter
/// and reads beyond what is shorter than a chunk, so each chunk is unpacked here first. False where that cannot be done.
/// Errors: input (damaged).
[[nodiscard]] bool are_chunks_whole(hid_t dataset);

/// Unpacks stored chunks outside HDF5. One for each lane of workers: it owns a decompressor and two chunks' memory.
class ChunkDecoder {
 public:
  ChunkDecoder();

  /// The `raw_size` bytes of one chunk; they lie in `packed` or in the decoder and hold until the next call.
  /// `mask`: bit i set where step i was left out for this chunk. An empty span if the chunk is damaged.
  /// REQUIRES: are_ours(steps), raw_size > 0. Makes no HDF5 call.
  [[nodiscard]] std::span<const unsigned char> decode(std::span<const unsigned char> packed,
                                                      const std::vector<FilterStep>& steps, std::uint32_t mask,
                                                      std::size_t raw_size);

 private:
  struct Free {
    void operator()(libdeflate_decompressor* decompressor) const noexcept { libdeflate_free_decompressor(decompressor); }
  };

  [[nodiscard]] bool undo(const FilterStep& step, std::span<const unsigned char> packed, std::span<unsigned char> raw);
  [[nodiscard]] bool inflate(std::span<const unsigned char> packed, std::span<unsigned char> raw);

  std::unique_ptr<libdeflate_decompressor, Free> decompressor_;
  Buffer<unsigned char> own_;
  Buffer<unsigned char> other_;
};

}  // namespace gemflow::hdf5
