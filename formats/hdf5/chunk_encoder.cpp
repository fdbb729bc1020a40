// SPDX-License-Identifier: Apache-2.0
#include "hdf5/chunk_encoder.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <vector>

#include <libdeflate.h>

#include "hdf5/shuffle.hpp"
#include "hdf5/steady_stream.hpp"

namespace gemflow::hdf5 {
namespace {

constexpr std::size_t longest_stored_block = 65'535;

/// Room for data that does not deflate: a frame of 5 bytes for each stored block, some bytes for each part of the stream.
std::size_t largest_packed(std::size_t raw, std::size_t n_parts) { return raw + 5 * (raw / 32'768 + 1) + 64 * n_parts + 64; }

/// Appends to `packed`, which has room.
class Output {
 public:
  explicit Output(std::span<unsigned char> packed) : packed_(packed) {}

  void put(std::span<const unsigned char> bytes) {
    std::copy(bytes.begin(), bytes.end(), packed_.begin() + static_cast<std::ptrdiff_t>(size_));
    size_ += bytes.size();
  }
  void put_byte(std::size_t byte) { packed_[size_++] = static_cast<unsigned char>(byte & 0xFFU); }
  [[nodiscard]] std::span<unsigned char> room() const { return packed_.subspan(size_); }
  void advance(std::size_t n) { size_ += n; }
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  std::span<unsigned char> packed_;
  std::size_t size_ = 0;
};

/// Deflate's stored blocks (RFC 1951, 3.2.4). REQUIRES: the output is at the beginning of a byte, as each part leaves it.
void store(std::span<const unsigned char> raw, bool is_last, Output& out) {
  while (!raw.empty()) {
    const std::span<const unsigned char> block = raw.first(std::min(raw.size(), longest_stored_block));
    raw = raw.subspan(block.size());
    out.put_byte(is_last && raw.empty() ? 1 : 0);
    for (const std::size_t length : {block.size(), ~block.size()}) {
      out.put_byte(length);
      out.put_byte(length >> 8U);
    }
    out.put(block);
  }
}

/// Neighbouring bytes that are packed alike.
struct Part {
  std::span<const unsigned char> bytes;
  bool is_noise = false;  ///< stored as they are
};

/// Are the bytes spread so evenly that they might be noise? By 512 of them: two of noise are equal once in 256 times. Counts,
/// signs, exponents and constants leave here, at a small part of what the trial below costs.
bool is_spread(std::span<const unsigned char> bytes) {
  constexpr std::size_t n = 512;
  constexpr unsigned most_pairs = n * (n - 1) / 2 / 160;
  std::array<unsigned, 256> seen{};
  unsigned n_pairs = 0;
  for (std::size_t i = 0; i < n; ++i) n_pairs += seen[bytes[i * bytes.size() / n]]++;
  return n_pairs <= most_pairs;
}

}  // namespace

/// What one thread needs. The bytes that come out depend on the size of `work`.
struct ChunkEncoder::Scratch {
  SteadyStream place;
  std::array<unsigned char, ISAL_DEF_LVL1_DEFAULT> work;
  std::array<unsigned char, 8192> trial;
  Buffer<unsigned char> shuffled;
  std::vector<Part> parts;

  void split(std::span<const unsigned char> shuffled_bytes, std::size_t n_planes);
  std::size_t deflate(std::span<const unsigned char> raw, bool is_last, std::span<unsigned char> packed);
  bool is_noise(std::span<const unsigned char> bytes);
};

/// Bytes written; the part ends on a byte.
std::size_t ChunkEncoder::Scratch::deflate(std::span<const unsigned char> raw, bool is_last,
                                           std::span<unsigned char> packed) {
  isal_zstream& stream = place.stream_for(raw);
  stream.level_buf = work.data();
  stream.level_buf_size = static_cast<std::uint32_t>(work.size());
  stream.gzip_flag = IGZIP_DEFLATE;
  stream.end_of_stream = is_last ? 1 : 0;
  stream.flush = is_last ? NO_FLUSH : FULL_FLUSH;
  stream.next_in = const_cast<std::uint8_t*>(raw.data());  // only read
  stream.avail_in = static_cast<std::uint32_t>(raw.size());
  stream.next_out = packed.data();
  stream.avail_out = static_cast<std::uint32_t>(packed.size());
  [[maybe_unused]] const int result = isal_deflate_stateless(&stream);
  assert(result == COMP_OK && stream.avail_in == 0);  // largest_packed() leaves room for the worst
  return stream.total_out;
}

/// Would these bytes be as long deflated as they are? Tried on some: evenly spread bytes may still repeat each other.
bool ChunkEncoder::Scratch::is_noise(std::span<const unsigned char> bytes) {
  constexpr std::size_t length = 4096;
  if (bytes.size() < 2 * length || !is_spread(bytes)) return false;
  return deflate(bytes.subspan((bytes.size() - length) / 2, length), true, trial) > length - length / 64;
}

/// The first bytes of all numbers are a plane, the second ones the next: of gene numbers the lowest bytes are noise, of
/// latents nearly all. To store them costs no bytes and spares the most expensive part of packing, and of unpacking.
void ChunkEncoder::Scratch::split(std::span<const unsigned char> shuffled_bytes, std::size_t n_planes) {
  const std::size_t plane = shuffled_bytes.size() / n_planes;
  parts.clear();
  for (std::size_t begin = 0, n = 0; begin < shuffled_bytes.size(); begin += n) {
    n = std::min(plane - begin % plane, SteadyStream::longest_input);
    const Part part{shuffled_bytes.subspan(begin, n), is_noise(shuffled_bytes.subspan(begin, n))};
    const std::size_t before = parts.empty() ? 0 : parts.back().bytes.size();
    const bool is_one = part.is_noise || before + n <= SteadyStream::longest_input;
    if (before > 0 && parts.back().is_noise == part.is_noise && is_one) {
      parts.back().bytes = {parts.back().bytes.data(), before + n};
    } else {
      parts.push_back(part);
    }
  }
  if (parts.empty()) parts.push_back({});
}

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
  packed.resize(largest_packed(raw.size(), element + raw.size() / SteadyStream::longest_input));
  Output out(packed.span());
  constexpr std::array<unsigned char, 2> zlib_header{0x78, 0x01};
  out.put(zlib_header);

  scratch_->split(raw, element);
  for (const Part& part : scratch_->parts) {
    const bool is_last = &part == &scratch_->parts.back();
    if (part.is_noise) {
      store(part.bytes, is_last, out);
    } else {
      out.advance(scratch_->deflate(part.bytes, is_last, out.room()));
    }
  }
  const std::uint32_t sum = libdeflate_adler32(1, raw.data(), raw.size());
  for (const unsigned shift : {24U, 16U, 8U, 0U}) out.put_byte(sum >> shift);
  packed.resize(out.size());
}

}  // namespace gemflow::hdf5
