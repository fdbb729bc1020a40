// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include <isa-l/igzip_lib.h>

namespace gemflow::hdf5 {

/// A stream of ISA-L whose place in memory leaves no trace in what it packs.
///
/// ISA-L (2.30; not yet mended in 2.32) finds repeats by a table of hashes. For the third byte of its input it takes, by a slip
/// of its assembly (igzip_icf_body_h1_gr_bt.asm, write_first_byte: tmp2 still holds the stream), the hash of the stream's
/// address without its lowest 16 bits. Where that entry is also the one of the first, second or third byte, another repeat
/// is found: other bytes, as valid, once in some thousand chunks. So the stream is put to one of eight places, 64 KiB apart,
/// whose entry is none of those.
class SteadyStream {
 public:
  SteadyStream();

  /// Initialised for stateless packing of `raw` at level 1. Holds until the next call.
  [[nodiscard]] isal_zstream& stream_for(std::span<const unsigned char> raw);

 private:
  struct Free {
    void operator()(unsigned char* memory) const noexcept;
  };
  std::unique_ptr<unsigned char, Free> memory_;
};

}  // namespace gemflow::hdf5
