// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

namespace gemflow::hdf5 {

/// Unpacks what LibLZF packed, to exactly raw.size() bytes; false if `packed` is not that. A control byte below 32 is
/// followed by that many bytes and one more to be copied; any other says how far back (13 bits) to repeat how many bytes.
[[nodiscard]] bool expand_lzf(std::span<const unsigned char> packed, std::span<unsigned char> raw) noexcept;

/// Teaches HDF5 to unpack lzf, for what must come through H5Dread: strings of variable length, whose bytes lie elsewhere.
/// Where HDF5 packs (H5Ocopy), chunks are left as they are, which their filter masks say. Again and again does no harm.
void register_lzf();

}  // namespace gemflow::hdf5
