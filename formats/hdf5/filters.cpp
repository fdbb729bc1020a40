// SPDX-License-Identifier: Apache-2.0
#include "hdf5/filters.hpp"

#include <algorithm>
#include <array>
#include <new>
#include <utility>

#include <fmt/format.h>

#include "hdf5/fault.hpp"
#include "hdf5/lzf.hpp"
#include "hdf5/node.hpp"
#include "hdf5/shuffle.hpp"

namespace gemflow::hdf5 {

std::vector<FilterStep> filters_of(hid_t dataset) {
  const Handle creation(checked(H5Dget_create_plist(dataset), dataset, "has no readable layout"), H5Pclose);
  std::vector<FilterStep> steps;
  const int n_filters = checked(H5Pget_nfilters(creation), dataset, "has an unreadable filter");
  for (unsigned i = 0; i < static_cast<unsigned>(n_filters); ++i) {
    unsigned flags = 0;
    unsigned config = 0;
    std::array<unsigned, 1> values{};
    std::size_t n_values = values.size();
    std::array<char, 64> name{};
    const H5Z_filter_t id = H5Pget_filter2(creation, i, &flags, &n_values, values.data(), name.size(), name.data(),
                                           &config);
    checked(id, dataset, "has an unreadable filter");
    const std::size_t element = id == H5Z_FILTER_SHUFFLE && n_values > 0 ? std::max(values[0], 1U) : 1;
    steps.push_back({id, printable(name.data(), name.size()), element});
  }
  return steps;
}

bool are_ours(const std::vector<FilterStep>& steps) noexcept {
  return std::all_of(steps.begin(), steps.end(), [](const FilterStep& step) {
    return step.id == H5Z_FILTER_DEFLATE || step.id == H5Z_FILTER_SHUFFLE || step.id == lzf_filter;
  });
}

ChunkDecoder::ChunkDecoder() : decompressor_(libdeflate_alloc_decompressor()) {
  if (!decompressor_) throw std::bad_alloc();
}

bool ChunkDecoder::inflate(std::span<const unsigned char> packed, std::span<unsigned char> raw) {
  // With no place for the real size, libdeflate takes nothing but exactly raw.size() bytes.
  return libdeflate_zlib_decompress(decompressor_.get(), packed.data(), packed.size(), raw.data(), raw.size(),
                                    nullptr) == LIBDEFLATE_SUCCESS;
}

bool ChunkDecoder::undo(const FilterStep& step, std::span<const unsigned char> packed, std::span<unsigned char> raw) {
  if (step.id == H5Z_FILTER_DEFLATE) return inflate(packed, raw);
  if (step.id == lzf_filter) return expand_lzf(packed, raw);
  if (packed.size() != raw.size()) return false;
  unshuffle(packed, step.element, raw);
  return true;
}

std::span<const unsigned char> ChunkDecoder::decode(std::span<const unsigned char> packed,
                                                    const std::vector<FilterStep>& steps, std::uint32_t mask,
                                                    std::size_t raw_size) {
  std::span<const unsigned char> bytes = packed;
  for (std::size_t i = steps.size(); i-- > 0;) {
    if (i < 32 && (mask >> i & 1U) != 0) continue;
    own_.resize(raw_size);
    if (!undo(steps[i], bytes, own_.span())) return {};
    std::swap(own_, other_);
    bytes = other_.span();
  }
  return bytes.size() == raw_size ? bytes : std::span<const unsigned char>();
}

namespace {

// Bytes of one value in the file. HDF5 gives types as they are in memory, where a string of variable length is a pointer; in
// the file it is a length of 4 bytes, an address of 8 and a number of 4.
std::size_t stored_size(hid_t type) {
  constexpr std::size_t reference_to_text = 16;
  if (H5Tis_variable_str(type) > 0) return reference_to_text;
  std::size_t size = H5Tget_size(type);
  const int n_members = H5Tget_class(type) == H5T_COMPOUND ? H5Tget_nmembers(type) : 0;
  for (int i = 0; i < n_members; ++i) {
    const Handle member(H5Tget_member_type(type, static_cast<unsigned>(i)), H5Tclose);
    size += stored_size(member) - H5Tget_size(member);
  }
  return size;
}

// The stored bytes of one chunk; nothing where it was never written.
void fetch(hid_t dataset, hsize_t begin, std::size_t largest, std::vector<unsigned char>& packed, std::uint32_t& mask) {
  hsize_t n_bytes = 0;
  packed.clear();
  if (H5Dget_chunk_storage_size(dataset, &begin, &n_bytes) < 0 || n_bytes == 0) return;
  if (n_bytes > largest) throw fault(dataset, fmt::format("has a chunk of {} bytes", n_bytes));
  packed.resize(n_bytes);
  checked(H5Dread_chunk(dataset, H5P_DEFAULT, &begin, &mask, packed.data()), dataset, "cannot be read");
}

}  // namespace

bool are_chunks_whole(hid_t dataset) {
  constexpr std::size_t largest = std::size_t{64} << 20;
  const std::vector<FilterStep> steps = filters_of(dataset);
  const std::vector<hsize_t> chunk = chunk_of(dataset);
  const Handle type(checked(H5Dget_type(dataset), dataset, "has no readable type"), H5Tclose);
  if (chunk.size() != 1 || !are_ours(steps) || chunk[0] > largest / stored_size(type)) return false;
  const std::size_t raw_size = static_cast<std::size_t>(chunk[0]) * stored_size(type);
  ChunkDecoder decoder;
  std::vector<unsigned char> packed;
  std::uint32_t mask = 0;
  for (hsize_t begin = 0; begin < static_cast<hsize_t>(length_of(dataset)); begin += chunk[0]) {
    fetch(dataset, begin, 2 * raw_size + 4096, packed, mask);
    if (packed.empty() || !decoder.decode(packed, steps, mask, raw_size).empty()) continue;
    throw fault(dataset, "is damaged: a chunk cannot be unpacked");
  }
  return true;
}

}  // namespace gemflow::hdf5
