// SPDX-License-Identifier: Apache-2.0
#include "hdf5/store_values.hpp"

#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>

namespace gemflow::hdf5 {
namespace {

/// Can T hold it exactly? The upper limit is a power of two, which a double holds even where it cannot hold the largest
/// T.
template <typename T>
bool fits(double value) noexcept {
  constexpr double beyond = 2.0 * static_cast<double>(T{1} << (std::numeric_limits<T>::digits - 1));
  constexpr double least = std::is_signed_v<T> ? -beyond : 0.0;
  return value >= least && value < beyond && std::trunc(value) == value;
}

template <typename T>
const double* store_as(std::span<const double> values, unsigned char* to) noexcept {
  for (const double& value : values) {
    if constexpr (std::is_integral_v<T>) {
      if (!fits<T>(value)) return &value;
    }
    const T stored = static_cast<T>(value);
    std::memcpy(to, &stored, sizeof stored);
    to += sizeof stored;
  }
  return nullptr;
}

}  // namespace

const double* store_values(std::span<const double> values, ValueType type, unsigned char* to) noexcept {
  switch (type) {
    case ValueType::int8:
      return store_as<std::int8_t>(values, to);
    case ValueType::int16:
      return store_as<std::int16_t>(values, to);
    case ValueType::int32:
      return store_as<std::int32_t>(values, to);
    case ValueType::int64:
      return store_as<std::int64_t>(values, to);
    case ValueType::uint8:
      return store_as<std::uint8_t>(values, to);
    case ValueType::uint16:
      return store_as<std::uint16_t>(values, to);
    case ValueType::uint32:
      return store_as<std::uint32_t>(values, to);
    case ValueType::uint64:
      return store_as<std::uint64_t>(values, to);
    case ValueType::float32:
      return store_as<float>(values, to);
    case ValueType::float64:
      return store_as<double>(values, to);
  }
  return nullptr;
}

}  // namespace gemflow::hdf5
