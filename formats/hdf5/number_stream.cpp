// SPDX-License-Identifier: Apache-2.0
#include "hdf5/number_stream.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include "hdf5/cast.hpp"
#include "hdf5/fault.hpp"
#include "hdf5/node.hpp"
#include "hdf5/numbers.hpp"
#include "hdf5/selection.hpp"
#include "lanes.hpp"

namespace gemflow::hdf5 {
namespace {

constexpr std::int64_t values_a_piece = 65'536;

}  // namespace

NumberStream::NumberStream(hid_t parent, const std::string& path, std::size_t memory)
    : chunks_(parent, path, memory),
      size_(length_of(dataset())),
      chunk_(chunks_.chunk().empty() ? 0 : static_cast<std::int64_t>(chunks_.chunk()[0])) {}

void NumberStream::fetch(std::int64_t begin, std::int64_t count) {
  assert(begin >= 0 && count >= 0 && begin + count <= size_);
  pieces_.clear();
  packed_.clear();
  begin_ = begin;
  end_ = begin + count;
  if (count == 0) return;
  if (!slow_because().empty()) return fetch_values(begin, count);
  if (keeping_.chunk >= 0) std::swap(kept_, keeping_);
  keeping_.chunk = -1;
  for (std::int64_t chunk = begin / chunk_; chunk * chunk_ < end_; ++chunk) {
    Piece piece;
    piece.begin = std::max(begin, chunk * chunk_);
    piece.count = std::min(end_, (chunk + 1) * chunk_) - piece.begin;
    piece.chunk = chunk;
    const auto place = static_cast<hsize_t>(chunk * chunk_);
    if (chunk != kept_.chunk) piece.packed = chunks_.fetch(&place, packed_);
    pieces_.push_back(piece);
  }
}

void NumberStream::fetch_values(std::int64_t begin, std::int64_t count) {
  packed_.resize(static_cast<std::size_t>(count) * chunks_.element());
  const Selection selection(dataset(), begin, count);
  checked(H5Dread(dataset(), memory_type(type()), selection.memory(), selection.file(), H5P_DEFAULT,
                  packed_.span().data()),
          dataset(), "cannot be read");
  for (std::int64_t at = 0; at < count; at += values_a_piece) {
    Piece piece;
    piece.begin = begin + at;
    piece.count = std::min(values_a_piece, count - at);
    piece.packed.offset = static_cast<std::size_t>(at) * chunks_.element();
    pieces_.push_back(piece);
  }
}

// The chunk's bytes: kept from the slice before, or unpacked now, and kept if the slice ends within it.
std::span<const unsigned char> NumberStream::raw_chunk(const Piece& piece, ChunkDecoder& decoder) {
  if (piece.chunk == kept_.chunk) return kept_.bytes.span();
  const auto bytes = chunks_.unpack(piece.packed, packed_, decoder);
  if (piece.begin + piece.count == end_ && end_ < (piece.chunk + 1) * chunk_ && end_ < size_) {
    keeping_.bytes.clear();
    keeping_.bytes.append(bytes);
    keeping_.chunk = piece.chunk;
  }
  return bytes;
}

template <typename T>
void NumberStream::unpack(std::size_t number, ChunkDecoder& decoder, std::span<T> slice) {
  const Piece& piece = pieces_[number];
  const std::span<T> out = slice.subspan(static_cast<std::size_t>(piece.begin - begin_), static_cast<std::size_t>(piece.count));
  if (piece.chunk < 0) return cast_numbers(type(), packed_.span().data() + piece.packed.offset, out);
  const std::span<const unsigned char> bytes = raw_chunk(piece, decoder);
  cast_numbers(type(), bytes.data() + static_cast<std::size_t>(piece.begin - piece.chunk * chunk_) * chunks_.element(), out);
}

template <typename T>
void NumberStream::read(std::int64_t begin, std::span<T> slice, Workers& workers) {
  fetch(begin, static_cast<std::int64_t>(slice.size()));
  std::vector<ChunkDecoder> decoders = decoders_for(workers);
  in_lanes(workers, n_pieces(),
           [&](std::size_t lane, std::size_t piece) { unpack(piece, decoders[lane], slice); });
}

template void NumberStream::unpack(std::size_t, ChunkDecoder&, std::span<double>);
template void NumberStream::unpack(std::size_t, ChunkDecoder&, std::span<std::int32_t>);
template void NumberStream::unpack(std::size_t, ChunkDecoder&, std::span<std::int64_t>);
template void NumberStream::read(std::int64_t, std::span<double>, Workers&);
template void NumberStream::read(std::int64_t, std::span<std::int32_t>, Workers&);
template void NumberStream::read(std::int64_t, std::span<std::int64_t>, Workers&);

}  // namespace gemflow::hdf5
