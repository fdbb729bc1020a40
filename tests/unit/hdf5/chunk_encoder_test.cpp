// SPDX-License-Identifier: Apache-2.0
#include "hdf5/chunk_encoder.hpp"

#include <cstdint>
#include <numeric>
#include <vector>

#include <isa-l.h>
#include <libdeflate.h>

#include "gemflow/run/workers.hpp"
#include "lanes.hpp"
#include "support/catch.hpp"

using namespace gemflow;
using Bytes = std::vector<unsigned char>;

namespace {

/// Numbers that look like gene numbers, like small counts, like noise, or are all the same.
Bytes sample(int kind, std::size_t n_bytes) {
  std::uint64_t state = 88172645463325252ULL + n_bytes;
  const auto draw = [&] {
    state ^= state << 13U;
    state ^= state >> 7U;
    return state ^= state << 17U;
  };
  Bytes bytes(n_bytes);
  std::uint32_t gene = 0;
  for (std::size_t i = 0; i < n_bytes; ++i) {
    if (i % 4 == 0) gene = (gene + 1 + static_cast<std::uint32_t>(draw() % 30)) % 36'000;
    const std::uint64_t byte = kind == 0   ? gene >> 8 * (i % 4)
                               : kind == 1 ? (i % 4 == 0 ? draw() % 3 : 0)
                               : kind == 2 ? draw()
                                           : 7;
    bytes[i] = static_cast<unsigned char>(byte);
  }
  return bytes;
}

Bytes unpack(std::span<const unsigned char> packed, std::size_t size, std::size_t width) {
  Bytes shuffled(size + 1);
  libdeflate_decompressor* inflate = libdeflate_alloc_decompressor();
  std::size_t got = 0;
  const auto result =
      libdeflate_zlib_decompress(inflate, packed.data(), packed.size(), shuffled.data(), shuffled.size(), &got);
  libdeflate_free_decompressor(inflate);
  REQUIRE(result == LIBDEFLATE_SUCCESS);
  REQUIRE(got == size);
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = shuffled[i % width * (size / width) + i / width];
  return bytes;
}

}  // namespace

TEST_CASE("packed chunks unpack to what they were") {
  hdf5::ChunkEncoder encoder;
  Buffer<unsigned char> packed;
  for (const std::size_t width : {1U, 2U, 4U, 8U}) {
    for (const std::size_t n : {0U, 1U, 3U, 15U, 16U, 17U, 1'000U, 65'536U, 600'001U}) {
      for (int kind = 0; kind < 4; ++kind) {
        const Bytes raw = sample(kind, n * width);
        encoder.pack(raw, width, packed);
        CAPTURE(width, n, kind);
        REQUIRE(unpack(packed.span(), raw.size(), width) == raw);
      }
    }
  }
}

TEST_CASE("packed chunks are the same on every thread") {
  const Bytes raw = sample(0, 262'144);
  hdf5::ChunkEncoder encoder;
  Buffer<unsigned char> alone;
  encoder.pack(raw, 4, alone);
  REQUIRE(alone.size() < raw.size() / 2);
  std::vector<Buffer<unsigned char>> packed(32);
  std::vector<hdf5::ChunkEncoder> encoders(4);
  in_lanes(*start_workers(4), packed.size(),
           [&](std::size_t lane, std::size_t i) { encoders[lane].pack(raw, 4, packed[i]); });
  for (const auto& one : packed) {
    REQUIRE(std::equal(one.span().begin(), one.span().end(), alone.span().begin(), alone.span().end()));
  }
}

TEST_CASE("packed chunks do not follow from where the encoder lies in memory") {
  std::vector<hdf5::ChunkEncoder> encoders(64);
  Buffer<unsigned char> first;
  Buffer<unsigned char> packed;
  const auto pack_with_all = [&](const Bytes& raw) {
    encoders[0].pack(raw, 1, first);
    for (hdf5::ChunkEncoder& encoder : encoders) {
      encoder.pack(raw, 1, packed);
      REQUIRE(std::equal(packed.span().begin(), packed.span().end(), first.span().begin(), first.span().end()));
    }
  };
  for (std::size_t n = 100; n < 164; ++n) {
    // Noise and the same once more, the first byte of all included; or behind a run that is packed for itself.
    Bytes raw = sample(2, n);
    const Bytes again = raw;
    raw.insert(raw.end(), again.begin(), again.end());
    if (n % 2 == 0) raw.insert(raw.begin(), 5'000, static_cast<unsigned char>(0));
    CAPTURE(n);
    pack_with_all(raw);
  }
  // The lowest bytes of the gene numbers of cells that have half of their genes: what repeats is far away.
  for (std::size_t n = 0; n < 40; ++n) {
    Bytes raw(65'536);
    for (std::size_t i = 0; i < raw.size(); ++i) {
      const std::size_t cell = i / 2'000 + n;
      raw[i] = static_cast<unsigned char>((i % 2'000 * 11 / 5 + cell * 31) % 3'001 * (n + 1));
    }
    CAPTURE(n);
    pack_with_all(raw);
  }
}

TEST_CASE("noise is stored as it is, what repeats is deflated however evenly it is spread") {
  hdf5::ChunkEncoder encoder;
  Buffer<unsigned char> packed;
  const Bytes noise = sample(2, 262'144);
  encoder.pack(noise, 4, packed);
  REQUIRE(packed.size() > noise.size());
  REQUIRE(packed.size() < noise.size() + 100);
  REQUIRE(unpack(packed.span(), noise.size(), 4) == noise);

  // Gene numbers of cells that have every gene: their lowest bytes take each value equally often.
  Bytes all_genes(262'144);
  for (std::size_t i = 0; i < all_genes.size() / 4; ++i) {
    all_genes[4 * i] = static_cast<unsigned char>(i % 20'000 % 256);
    all_genes[4 * i + 1] = static_cast<unsigned char>(i % 20'000 / 256);
  }
  encoder.pack(all_genes, 4, packed);
  REQUIRE(packed.size() < all_genes.size() / 50);
  REQUIRE(unpack(packed.span(), all_genes.size(), 4) == all_genes);
}

TEST_CASE("packed chunks have their known bytes") {
  std::uint32_t sum = 0;
  hdf5::ChunkEncoder encoder;
  Buffer<unsigned char> packed;
  for (const std::size_t width : {4U, 8U}) {
    for (const std::size_t n : {1U, 1'000U, 65'536U}) {
      for (int kind = 0; kind < 4; ++kind) {
        encoder.pack(sample(kind, n * width), width, packed);
        sum = libdeflate_crc32(sum, packed.span().data(), packed.size());
      }
    }
  }
  // Another ISA-L may well choose other bytes; what must not change them is the processor.
  if (ISAL_MAJOR_VERSION == 2 && ISAL_MINOR_VERSION == 30) REQUIRE(sum == 0x02764d36);
}
