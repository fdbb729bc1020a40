// SPDX-License-Identifier: Apache-2.0
#include "hdf5/stored_chunks.hpp"

#include <algorithm>
#include <bit>
#include <functional>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "hdf5/fault.hpp"
#include "hdf5/node.hpp"
#include "hdf5/numbers.hpp"

namespace gemflow::hdf5 {
namespace {

constexpr std::size_t largest_raw_chunk = std::size_t{64} << 20;

Handle type_of(hid_t dataset) {
  return {checked(H5Dget_type(dataset), dataset, "has no readable type"), H5Tclose};
}

Handle creation_of(hid_t dataset) {
  return {checked(H5Dget_create_plist(dataset), dataset, "has no readable layout"), H5Pclose};
}

// Are the bytes in the file those of the machine's own type?
bool is_stored_natively(hid_t dataset, ValueType type) {
  const Handle stored = type_of(dataset);
  const Handle number(H5Tget_class(stored) == H5T_ENUM ? H5Tget_super(stored) : H5Tcopy(stored), H5Tclose);
  return std::endian::native == std::endian::little && H5Tequal(number, file_type(type)) > 0;
}

// Bytes of one stored chunk, 0 if it was never written: HDF5 1.10 calls the question after such a chunk an error.
hsize_t stored_bytes(hid_t dataset, const hsize_t* place) {
  hsize_t stored = 0;
  if (H5Dget_chunk_storage_size(dataset, place, &stored) >= 0) return stored;
  if (last_reason().find("not allocated") != std::string::npos) return 0;
  fail(dataset, "has an unreadable chunk");
}

// A chunk of the value that stands for what was never written.
void fill_unwritten(hid_t dataset, ValueType type, std::span<unsigned char> chunk) {
  std::fill(chunk.begin(), chunk.end(), static_cast<unsigned char>(0));
  const std::size_t size = size_of(type);
  if (H5Pget_fill_value(creation_of(dataset), memory_type(type), chunk.data()) < 0) return;
  for (std::size_t at = size; at < chunk.size(); at += size) std::copy_n(chunk.data(), size, chunk.data() + at);
}

std::size_t bytes_of_chunk(const std::vector<hsize_t>& chunk, std::size_t element) {
  return std::accumulate(chunk.begin(), chunk.end(), element, std::multiplies<>());
}

// HDF5's own cache must hold a chunk, or each slice unpacks it again.
Handle open_for_slices(hid_t parent, const std::string& path, std::size_t memory) {
  Handle dataset = open_dataset(parent, path);
  const std::vector<hsize_t> chunk = chunk_of(dataset);
  const std::size_t bytes = bytes_of_chunk(chunk, H5Tget_size(type_of(dataset)));
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
  unsigned options = 0;
  return H5Pget_chunk_opts(creation_of(dataset), &options) >= 0 && (options & H5D_CHUNK_DONT_FILTER_PARTIAL_CHUNKS) != 0;
}

}  // namespace

std::vector<ChunkDecoder> decoders_for(const Workers& workers) {
  return std::vector<ChunkDecoder>(static_cast<std::size_t>(workers.count()));
}

StoredChunks::StoredChunks(hid_t parent, const std::string& path, std::size_t memory)
    : dataset_(open_for_slices(parent, path, memory)) {
  const auto type = stored_type_of(dataset_);
  if (!type) throw fault(dataset_, "holds no numbers");
  type_ = *type;
  element_ = size_of(type_);
  place_ = doing_to(dataset_) + ": " + path_of(dataset_);
  chunk_ = chunk_of(dataset_);
  filters_ = filters_of(dataset_);
  slow_because_ = find_obstacle();
  if (!slow_because_.empty()) {
    require_filters(dataset_);
    return;
  }
  unwritten_.resize(bytes_of_chunk(chunk_, element_));
  fill_unwritten(dataset_, type_, unwritten_.span());
}

std::string StoredChunks::find_obstacle() const {
  if (chunk_.empty()) return "it is not chunked";
  if (!is_stored_natively(dataset_, type_)) return "its numbers are in another byte order or width";
  if (!are_ours(filters_)) return "a filter of it is not deflate, shuffle or lzf";
  if (leaves_edge_unfiltered(dataset_)) return "its last chunk is packed otherwise";
  if (bytes_of_chunk(chunk_, element_) > largest_raw_chunk) return "its chunks are larger than 64 MiB";
  return {};
}

StoredChunks::Packed StoredChunks::fetch(const hsize_t* place, Buffer<unsigned char>& buffer) const {
  Packed packed{buffer.size(), stored_bytes(dataset_, place), 0};
  // No packing makes a chunk much larger: a greater size is damage, and must not be allocated.
  if (packed.n_bytes > 2 * unwritten_.size() + 4096) {
    throw fault(dataset_, fmt::format("has a chunk of {} bytes", packed.n_bytes));
  }
  if (packed.n_bytes == 0) return packed;
  buffer.resize(packed.offset + packed.n_bytes);
  checked(H5Dread_chunk(dataset_, H5P_DEFAULT, place, &packed.mask, buffer.span().data() + packed.offset), dataset_,
          "cannot be read");
  return packed;
}

std::span<const unsigned char> StoredChunks::unpack(const Packed& packed, const Buffer<unsigned char>& buffer,
                                                    ChunkDecoder& decoder) const {
  if (packed.n_bytes == 0) return unwritten_.span();
  const auto bytes = decoder.decode(buffer.span().subspan(packed.offset, packed.n_bytes), filters_, packed.mask,
                                    unwritten_.size());
  if (bytes.empty()) throw Error(ErrorKind::input, fmt::format("{} is damaged: a chunk cannot be unpacked", place_));
  return bytes;
}

}  // namespace gemflow::hdf5
