// SPDX-License-Identifier: Apache-2.0
#include "hdf5/numbers.hpp"

#include <fmt/format.h>

#include <array>
#include <string_view>

#include "hdf5/fault.hpp"
#include "hdf5/filters.hpp"
#include "hdf5/node.hpp"
#include "hdf5/selection.hpp"

namespace gemflow::hdf5 {
namespace {

ValueType integer_type(std::size_t size, bool is_signed) {
  if (size <= 1) return is_signed ? ValueType::int8 : ValueType::uint8;
  if (size <= 2) return is_signed ? ValueType::int16 : ValueType::uint16;
  if (size <= 4) return is_signed ? ValueType::int32 : ValueType::uint32;
  return is_signed ? ValueType::int64 : ValueType::uint64;
}

Handle type_of(hid_t dataset) {
  return {checked(H5Dget_type(dataset), dataset, "has no readable type"), H5Tclose};
}

void read_as(hid_t dataset, std::int64_t begin, hid_t type, std::size_t count, void* out) {
  if (count == 0) return;
  const std::vector<std::int64_t> extent = extent_of(dataset);
  std::int64_t row = 1;
  for (std::size_t axis = 1; axis < extent.size(); ++axis) row *= extent[axis];
  if (!stored_type_of(dataset)) throw fault(dataset, "holds no numbers");
  const auto rows = static_cast<std::int64_t>(count) / row;
  if (!extent.empty() && (rows * row != static_cast<std::int64_t>(count) || begin + rows > extent[0])) {
    throw fault(dataset, fmt::format("has {} rows where {} are expected", extent[0], begin + rows));
  }
  require_filters(dataset);
  const Selection selection(dataset, begin, rows);
  checked(H5Dread(dataset, type, selection.memory(), selection.file(), H5P_DEFAULT, out), dataset, "cannot be read");
}

// The wider type that an enumeration is stored as; the type itself otherwise.
Handle without_enumeration(hid_t type) {
  return {H5Tget_class(type) == H5T_ENUM ? H5Tget_super(type) : H5Tcopy(type), H5Tclose};
}

}  // namespace

std::optional<ValueType> value_type_of(hid_t type) {
  const Handle number = without_enumeration(type);
  const std::size_t size = H5Tget_size(number);
  switch (H5Tget_class(number)) {
    case H5T_INTEGER: return integer_type(size, H5Tget_sign(number) != H5T_SGN_NONE);
    case H5T_FLOAT: return size <= 4 ? ValueType::float32 : ValueType::float64;
    default: return std::nullopt;
  }
}

std::optional<ValueType> stored_type_of(hid_t dataset) { return value_type_of(type_of(dataset)); }

hid_t file_type(ValueType type) {
  const std::array<hid_t, 10> types{H5T_STD_I8LE,  H5T_STD_I16LE, H5T_STD_I32LE, H5T_STD_I64LE,  H5T_STD_U8LE,
                                    H5T_STD_U16LE, H5T_STD_U32LE, H5T_STD_U64LE, H5T_IEEE_F32LE, H5T_IEEE_F64LE};
  return types[static_cast<std::size_t>(type)];
}

hid_t memory_type(ValueType type) {
  const std::array<hid_t, 10> types{H5T_NATIVE_INT8,   H5T_NATIVE_INT16, H5T_NATIVE_INT32,  H5T_NATIVE_INT64,
                                    H5T_NATIVE_UINT8,  H5T_NATIVE_UINT16, H5T_NATIVE_UINT32, H5T_NATIVE_UINT64,
                                    H5T_NATIVE_FLOAT,  H5T_NATIVE_DOUBLE};
  return types[static_cast<std::size_t>(type)];
}

std::size_t size_of(ValueType type) noexcept {
  constexpr std::array<std::size_t, 10> sizes{1, 2, 4, 8, 1, 2, 4, 8, 4, 8};
  return sizes[static_cast<std::size_t>(type)];
}

bool is_integer(ValueType type) noexcept { return type != ValueType::float32 && type != ValueType::float64; }

bool is_bool_type(hid_t type) {
  if (H5Tget_class(type) != H5T_ENUM || H5Tget_nmembers(type) != 2) return false;
  const auto is_member = [&](unsigned index, std::string_view expected) {
    char* name = H5Tget_member_name(type, index);
    const bool same = name != nullptr && expected == name;
    H5free_memory(name);
    return same;
  };
  return is_member(0, "FALSE") && is_member(1, "TRUE");
}

bool holds_bools(hid_t dataset) { return is_bool_type(type_of(dataset)); }

void read_numbers(hid_t dataset, std::int64_t begin, std::span<double> out) {
  read_as(dataset, begin, H5T_NATIVE_DOUBLE, out.size(), out.data());
}

void read_numbers(hid_t dataset, std::int64_t begin, std::span<float> out) {
  read_as(dataset, begin, H5T_NATIVE_FLOAT, out.size(), out.data());
}

void read_numbers(hid_t dataset, std::int64_t begin, std::span<std::int64_t> out) {
  read_as(dataset, begin, H5T_NATIVE_INT64, out.size(), out.data());
}

void read_numbers(hid_t dataset, std::int64_t begin, std::span<std::int32_t> out) {
  read_as(dataset, begin, H5T_NATIVE_INT32, out.size(), out.data());
}

void read_numbers(hid_t dataset, std::int64_t begin, std::span<std::int8_t> out) {
  read_as(dataset, begin, H5T_NATIVE_INT8, out.size(), out.data());
}

std::vector<std::int64_t> read_integers(hid_t parent, const std::string& path, std::int64_t limit) {
  const Handle dataset = open_dataset(parent, path);
  const std::int64_t size = extent_of(dataset).empty() ? 1 : length_of(dataset);
  if (size > limit) throw fault(dataset, fmt::format("holds {} numbers where at most {} are expected", size, limit));
  std::vector<std::int64_t> numbers(static_cast<std::size_t>(size));
  read_numbers(dataset, 0, std::span(numbers));
  return numbers;
}

void require_filters(hid_t dataset) {
  const Handle creation(checked(H5Dget_create_plist(dataset), dataset, "has no readable layout"), H5Pclose);
  const int n_filters = H5Pget_nfilters(creation);
  for (int i = 0; i < n_filters; ++i) {
    unsigned flags = 0;
    unsigned config = 0;
    std::size_t n_values = 0;
    std::array<char, 64> name{};
    const H5Z_filter_t filter = checked(H5Pget_filter2(creation, static_cast<unsigned>(i), &flags, &n_values, nullptr,
                                                       name.size(), name.data(), &config),
                                        dataset, "has an unreadable filter");
    const bool is_known = H5Zfilter_avail(filter) > 0;
    if (is_known && (filter != lzf_filter || are_chunks_whole(dataset))) continue;
    throw fault(ErrorKind::unsupported, dataset,
                fmt::format("is packed with filter {} '{}', which is not read yet", filter, printable(name.data(), 64)),
                "write it again with gzip: h5repack -f GZIP=4, or anndata's compression='gzip'");
  }
}

}  // namespace gemflow::hdf5
