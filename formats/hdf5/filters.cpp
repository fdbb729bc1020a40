// SPDX-License-Identifier: Apache-2.0
#include "hdf5/filters.hpp"

#include <algorithm>
#include <array>
#include <new>
#include <utility>

#include "hdf5/fault.hpp"
#include "hdf5/lzf.hpp"
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

}  // namespace gemflow::hdf5
