// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <type_traits>
#include <utility>

#include "gemflow/core/count_chunk.hpp"

namespace gemflow::hdf5 {

/// One number as another type. Into std::int32_t (gene numbers) what does not fit becomes -1, which no gene has.
template <typename To, typename From>
To number_as(From value) noexcept {
  if constexpr (std::is_same_v<To, std::int32_t> && std::is_integral_v<From>) {
    return std::in_range<std::int32_t>(value) ? static_cast<std::int32_t>(value) : -1;
  } else if constexpr (std::is_same_v<To, std::int32_t>) {
    const bool fits = value >= 0 && value < static_cast<From>(std::numeric_limits<std::int32_t>::max());
    return fits ? static_cast<std::int32_t>(value) : -1;
  } else {
    return static_cast<To>(value);
  }
}

template <typename From, typename To>
void cast_from(const unsigned char* raw, std::span<To> out) {
  for (std::size_t i = 0; i < out.size(); ++i) {
    From value;
    std::memcpy(&value, raw + i * sizeof(From), sizeof(From));
    out[i] = number_as<To>(value);
  }
}

/// Reads `out.size()` numbers of the given type, in the machine's byte order, from `raw`, which need not be aligned.
template <typename To>
void cast_numbers(ValueType type, const unsigned char* raw, std::span<To> out) {
  switch (type) {
    case ValueType::int8: return cast_from<std::int8_t>(raw, out);
    case ValueType::int16: return cast_from<std::int16_t>(raw, out);
    case ValueType::int32: return cast_from<std::int32_t>(raw, out);
    case ValueType::int64: return cast_from<std::int64_t>(raw, out);
    case ValueType::uint8: return cast_from<std::uint8_t>(raw, out);
    case ValueType::uint16: return cast_from<std::uint16_t>(raw, out);
    case ValueType::uint32: return cast_from<std::uint32_t>(raw, out);
    case ValueType::uint64: return cast_from<std::uint64_t>(raw, out);
    case ValueType::float32: return cast_from<float>(raw, out);
    case ValueType::float64: return cast_from<double>(raw, out);
  }
}

}  // namespace gemflow::hdf5
