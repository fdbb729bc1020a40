// SPDX-License-Identifier: Apache-2.0
#include "hdf5/lzf.hpp"

#include <algorithm>
#include <cstddef>

#include "hdf5/filters.hpp"

namespace gemflow::hdf5 {
namespace {

/// Where reading and writing are; nothing is touched beyond either end.
class Expansion {
 public:
  Expansion(std::span<const unsigned char> packed, std::span<unsigned char> raw) : packed_(packed), raw_(raw) {}

  [[nodiscard]] bool run() noexcept {
    while (in_ < packed_.size()) {
      const std::size_t control = packed_[in_++];
      if (!(control < 32 ? copy(control + 1) : repeat(control))) return false;
    }
    return out_ == raw_.size();
  }

 private:
  [[nodiscard]] bool copy(std::size_t n) noexcept {
    if (n > packed_.size() - in_ || n > raw_.size() - out_) return false;
    std::copy_n(packed_.data() + in_, n, raw_.data() + out_);
    in_ += n;
    out_ += n;
    return true;
  }

  [[nodiscard]] bool repeat(std::size_t control) noexcept {
    std::size_t n = (control >> 5) + 2;
    const std::size_t n_more = n == 9 ? 2 : 1;
    if (n_more > packed_.size() - in_) return false;
    if (n == 9) n += packed_[in_++];
    const std::size_t back = ((control & 31U) << 8U) + packed_[in_++] + 1;
    if (back > out_ || n > raw_.size() - out_) return false;
    // Byte by byte: what is repeated may overlap what it makes.
    for (; n > 0; --n, ++out_) raw_[out_] = raw_[out_ - back];
    return true;
  }

  std::span<const unsigned char> packed_;
  std::span<unsigned char> raw_;
  std::size_t in_ = 0;
  std::size_t out_ = 0;
};

/// Bytes that packed ones stand for, as far as they can be followed.
std::size_t expanded_size(std::span<const unsigned char> packed) noexcept {
  std::size_t size = 0;
  for (std::size_t in = 0; in < packed.size();) {
    const std::size_t control = packed[in++];
    std::size_t n = control < 32 ? control + 1 : (control >> 5) + 2;
    if (control < 32) in += n;
    if (control >= 32 && n == 9 && in < packed.size()) n += packed[in++];
    if (control >= 32) ++in;
    size += n;
  }
  return size;
}

/// H5Z_func_t. Not every writer stores the size of a chunk, and none must be believed: see `are_chunks_whole`.
// NOLINTNEXTLINE(readability-function-size): the signature is HDF5's.
std::size_t run_filter(unsigned flags, std::size_t, const unsigned*, std::size_t n_bytes, std::size_t* size, void** buffer) {
  if ((flags & H5Z_FLAG_REVERSE) == 0) return 0;
  const std::span packed(static_cast<const unsigned char*>(*buffer), n_bytes);
  const std::size_t raw_size = expanded_size(packed);
  auto* const raw = static_cast<unsigned char*>(H5allocate_memory(std::max<std::size_t>(raw_size, 1), false));
  if (raw == nullptr) return 0;
  if (!expand_lzf(packed, {raw, raw_size})) {
    H5free_memory(raw);
    return 0;
  }
  H5free_memory(*buffer);
  *buffer = raw;
  *size = raw_size;
  return raw_size;
}

}  // namespace

void register_lzf() {
  if (H5Zfilter_avail(lzf_filter) > 0) return;
  const H5Z_class2_t filter{H5Z_CLASS_T_VERS, lzf_filter, 0, 1, "lzf", nullptr, nullptr, run_filter};
  H5Zregister(&filter);
}

bool expand_lzf(std::span<const unsigned char> packed, std::span<unsigned char> raw) noexcept {
  return Expansion(packed, raw).run();
}

}  // namespace gemflow::hdf5
