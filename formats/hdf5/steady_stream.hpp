// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <isa-l/igzip_lib.h>

namespace gemflow::hdf5 {

/// A stream of ISA-L whose place in memory leaves no trace in what it packs.
///
/// ISA-L (2.30; not yet mended in 2.32) finds repeats by a table: hash of four bytes to the place where they stood last. For the
/// third place of its input it takes, by a slip of its assembly (igzip_icf_body_h1_gr_bt.asm, write_first_byte: tmp2 still holds
/// the stream), the hash of the stream's address without the lowest 16 bits. What is searched for under that entry finds the
/// third place instead of the first: other bytes, as valid, once in some thousand chunks. So the stream is put to one of 64
/// places, 64 KiB apart, whose entry is that of none of the bytes for which it matters.
class SteadyStream {
 public:
  static constexpr std::size_t longest_input = std::size_t{1} << 19U;

  SteadyStream();

  /// Initialised for stateless packing of `raw` at level 1. Holds until the next call.
  /// REQUIRES: raw.size() <= longest_input.
  [[nodiscard]] isal_zstream& stream_for(std::span<const unsigned char> raw);

 private:
  struct Free {
    void operator()(unsigned char* memory) const noexcept;
  };
  std::unique_ptr<unsigned char, Free> memory_;
  std::vector<std::uint32_t> hashes_;
};

}  // namespace gemflow::hdf5
