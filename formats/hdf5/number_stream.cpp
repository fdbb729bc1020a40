// SPDX-License-Identifier: Apache-2.0
#include "hdf5/number_stream.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cassert>

#include "hdf5/cast.hpp"
#include "hdf5/fault.hpp"
#include "hdf5/node.hpp"
#include "hdf5/numbers.hpp"
#include "hdf5/selection.hpp"
#include "lanes.hpp"

namespace gemflow::hdf5 {
namespace {

constexpr std::size_t largest_raw_chunk = std::size_t{64} << 20;
constexpr std::int64_t values_a_piece = 65'536;

// Are the bytes in the file those of the machine's own type?
bool is_stored_natively(hid_t dataset, ValueType type) {
  const Handle stored(checked(H5Dget_type(dataset), dataset, "has no readable type"), H5Tclose);
  const Handle number(H5Tget_class(stored) == H5T_ENUM ? H5Tget_super(stored) : H5Tcopy(stored), H5Tclose);
  return std::endian::native == std::endian::little && H5Tequal(number, file_type(type)) > 0;
}

// Bytes of one stored chunk, 0 if it was never written: HDF5 1.10 calls the question after such a chunk an error.
hsize_t stored_bytes(hid_t dataset, hsize_t offset) {
  hsize_t stored = 0;
  if (H5Dget_chunk_storage_size(dataset, &offset, &stored) >= 0) return stored;
  if (last_reason().find("not allocated") != std::string::npos) return 0;
  fail(dataset, "has an unreadable chunk");
}

// A chunk of the value that stands for what was never written.
void fill_unwritten(hid_t dataset, ValueType type, std::span<unsigned char> chunk) {
  const Handle creation(checked(H5Dget_create_plist(dataset), dataset, "has no readable layout"), H5Pclose);
  std::fill(chunk.begin(), chunk.end(), static_cast<unsigned char>(0));
  const std::size_t size = size_of(type);
  if (H5Pget_fill_value(creation, memory_type(type), chunk.data()) < 0) return;
  for (std::size_t at = size; at < chunk.size(); at += size) std::copy_n(chunk.data(), size, chunk.data() + at);
}

// HDF5's own cache must hold a chunk, or each slice unpacks it again.
Handle open_for_slices(hid_t parent, const std::string& path, std::size_t memory) {
  Handle dataset = open_dataset(parent, path);
  const std::vector<hsize_t> chunk = chunk_of(dataset);
  const Handle type(checked(H5Dget_type(dataset), dataset, "has no readable type"), H5Tclose);
  std::size_t bytes = H5Tget_size(type);
  for (const hsize_t size : chunk) bytes *= size;
  if (chunk.empty() || bytes <= (std::size_t{1} << 20)) return dataset;
  if (bytes > memory) {
    throw fault(ErrorKind::memory, dataset,
                fmt::format("is stored in chunks of {} MiB, more than the {} MiB that may be used", bytes >> 20,
                            memory >> 20),
                fmt::format("allow more: --memory {}M", (bytes >> 20) * 2));
  }
  return open_dataset(parent, path, bytes);
}

// With this option the chunk at the edge is stored without the filters, and nothing in it says so.
bool leaves_edge_unfiltered(hid_t dataset) {
  const Handle creation(checked(H5Dget_create_plist(dataset), dataset, "has no readable layout"), H5Pclose);
  unsigned options = 0;
  return H5Pget_chunk_opts(creation, &options) >= 0 && (options & H5D_CHUNK_DONT_FILTER_PARTIAL_CHUNKS) != 0;
}

}  // namespace

std::vector<ChunkDecoder> decoders_for(const Workers& workers) {
  return std::vector<ChunkDecoder>(static_cast<std::size_t>(workers.count()));
}

NumberStream::NumberStream(hid_t parent, const std::string& path, std::size_t memory)
    : dataset_(open_for_slices(parent, path, memory)), size_(length_of(dataset_)) {
  const auto type = stored_type_of(dataset_);
  if (!type) throw fault(dataset_, "holds no numbers");
  type_ = *type;
  element_ = size_of(type_);
  place_ = doing_to(dataset_) + ": " + path_of(dataset_);
  const std::vector<hsize_t> chunk = chunk_of(dataset_);
  chunk_ = chunk.empty() ? 0 : static_cast<std::int64_t>(chunk[0]);
  filters_ = filters_of(dataset_);
  slow_because_ = find_obstacle();
  if (!slow_because_.empty()) {
    require_filters(dataset_);
    return;
  }
  unwritten_.resize(static_cast<std::size_t>(chunk_) * element_);
  fill_unwritten(dataset_, type_, unwritten_.span());
}

std::string NumberStream::find_obstacle() const {
  if (chunk_ == 0) return "it is not chunked";
  if (!is_stored_natively(dataset_, type_)) return "its numbers are in another byte order or width";
  if (!are_ours(filters_)) return "a filter of it is not deflate, shuffle or lzf";
  if (leaves_edge_unfiltered(dataset_)) return "its last chunk is packed otherwise";
  if (static_cast<std::size_t>(chunk_) * element_ > largest_raw_chunk) return "its chunks are larger than 64 MiB";
  return {};
}

void NumberStream::fetch(std::int64_t begin, std::int64_t count) {
  assert(begin >= 0 && count >= 0 && begin + count <= size_);
  pieces_.clear();
  packed_.clear();
  begin_ = begin;
  end_ = begin + count;
  if (count == 0) return;
  if (!slow_because_.empty()) return fetch_values(begin, count);
  if (keeping_.chunk >= 0) std::swap(kept_, keeping_);
  keeping_.chunk = -1;
  for (std::int64_t chunk = begin / chunk_; chunk * chunk_ < end_; ++chunk) {
    Piece piece;
    piece.begin = std::max(begin, chunk * chunk_);
    piece.count = std::min(end_, (chunk + 1) * chunk_) - piece.begin;
    fetch_chunk(chunk, piece);
  }
}

void NumberStream::fetch_chunk(std::int64_t chunk, Piece piece) {
  piece.chunk = chunk;
  if (chunk == kept_.chunk) return pieces_.push_back(piece);
  const auto offset = static_cast<hsize_t>(chunk * chunk_);
  const hsize_t stored = stored_bytes(dataset_, offset);
  // No packing makes a chunk much larger: a greater size is damage, and must not be allocated.
  if (stored > 2 * unwritten_.size() + 4096) throw fault(dataset_, fmt::format("has a chunk of {} bytes", stored));
  piece.offset = packed_.size();
  piece.n_bytes = stored;
  packed_.resize(packed_.size() + stored);
  if (stored > 0) {
    checked(H5Dread_chunk(dataset_, H5P_DEFAULT, &offset, &piece.mask, packed_.span().data() + piece.offset), dataset_,
            "cannot be read");
  }
  pieces_.push_back(piece);
}

void NumberStream::fetch_values(std::int64_t begin, std::int64_t count) {
  packed_.resize(static_cast<std::size_t>(count) * element_);
  const Selection selection(dataset_, begin, count);
  checked(H5Dread(dataset_, memory_type(type_), selection.memory(), selection.file(), H5P_DEFAULT, packed_.span().data()),
          dataset_, "cannot be read");
  for (std::int64_t at = 0; at < count; at += values_a_piece) {
    Piece piece;
    piece.begin = begin + at;
    piece.count = std::min(values_a_piece, count - at);
    piece.offset = static_cast<std::size_t>(at) * element_;
    pieces_.push_back(piece);
  }
}

// The chunk's bytes: kept from the slice before, never written, or unpacked now and kept if the slice ends in it.
std::span<const unsigned char> NumberStream::raw_chunk(const Piece& piece, ChunkDecoder& decoder) {
  if (piece.chunk == kept_.chunk) return kept_.bytes.span();
  if (piece.n_bytes == 0) return unwritten_.span();
  const auto packed = std::as_const(packed_).span().subspan(piece.offset, piece.n_bytes);
  const auto bytes = decoder.decode(packed, filters_, piece.mask, unwritten_.size());
  if (bytes.empty()) {
    throw Error(ErrorKind::input, fmt::format("{} is damaged: the chunk at {} cannot be unpacked", place_, piece.begin));
  }
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
  if (piece.chunk < 0) return cast_numbers(type_, packed_.span().data() + piece.offset, out);
  const std::span<const unsigned char> bytes = raw_chunk(piece, decoder);
  cast_numbers(type_, bytes.data() + static_cast<std::size_t>(piece.begin - piece.chunk * chunk_) * element_, out);
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
