// SPDX-License-Identifier: Apache-2.0
#include "hdf5/chunk_encoder.hpp"

#include <array>
#include <cassert>
#include <stdexcept>

#include <isa-l/igzip_lib.h>

#include "hdf5/shuffle.hpp"

namespace gemflow::hdf5 {
namespace {

/// Room for data that does not deflate: 5 bytes for each stored block of up to 65,535, frame and check sum.
std::size_t largest_packed(std::size_t raw) { return raw + 5 * (raw / 32'768 + 1) + 64; }

}  // namespace

/// What one thread needs. The bytes that come out depend on the size of `work`.
struct ChunkEncoder::Scratch {
  isal_zstream stream;
  std::array<unsigned char, ISAL_DEF_LVL1_DEFAULT> work;
  Buffer<unsigned char> shuffled;
};

ChunkEncoder::ChunkEncoder() : scratch_(new Scratch) {}
ChunkEncoder::ChunkEncoder(ChunkEncoder&&) noexcept = default;
ChunkEncoder& ChunkEncoder::operator=(ChunkEncoder&&) noexcept = default;
ChunkEncoder::~ChunkEncoder() = default;

void ChunkEncoder::pack(std::span<const unsigned char> raw, std::size_t element, Buffer<unsigned char>& packed) {
  assert(raw.size() % element == 0);
  if (element > 1) {
    scratch_->shuffled.resize(raw.size());
    shuffle(raw, element, scratch_->shuffled.span());
    raw = scratch_->shuffled.span();
  }
  packed.resize(largest_packed(raw.size()));

  isal_zstream& stream = scratch_->stream;
  isal_deflate_stateless_init(&stream);
  stream.level = 1;
  stream.level_buf = scratch_->work.data();
  stream.level_buf_size = static_cast<std::uint32_t>(scratch_->work.size());
  stream.gzip_flag = IGZIP_ZLIB;
  stream.end_of_stream = 1;
  stream.flush = NO_FLUSH;
  stream.next_in = const_cast<std::uint8_t*>(raw.data());  // only read
  stream.avail_in = static_cast<std::uint32_t>(raw.size());
  stream.next_out = packed.span().data();
  stream.avail_out = static_cast<std::uint32_t>(packed.size());
  const int result = isal_deflate_stateless(&stream);
  if (result != COMP_OK || stream.avail_in != 0) throw std::logic_error("a chunk did not fit its room");
  packed.resize(stream.total_out);
}

}  // namespace gemflow::hdf5
