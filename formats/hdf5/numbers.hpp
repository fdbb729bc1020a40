// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "gemflow/core/count_chunk.hpp"
#include "hdf5/handle.hpp"

namespace gemflow::hdf5 {

/// What a number type of HDF5 is to us. Half floats are taken as float32, odd widths as the next wider one.
/// Absent for strings, compounds and the like.
[[nodiscard]] std::optional<ValueType> value_type_of(hid_t type);
[[nodiscard]] std::optional<ValueType> stored_type_of(hid_t dataset);

/// The file's (little-endian) and the machine's type; identifiers of the library, not to be closed.
[[nodiscard]] hid_t file_type(ValueType type);
[[nodiscard]] hid_t memory_type(ValueType type);
[[nodiscard]] std::size_t size_of(ValueType type) noexcept;
[[nodiscard]] bool is_integer(ValueType type) noexcept;

/// Is it the enumeration with the members FALSE and TRUE?
[[nodiscard]] bool is_bool_type(hid_t type);
[[nodiscard]] bool holds_bools(hid_t dataset);

/// Fills `out` with elements from `begin` on (whole rows of a dataset with two axes: `begin` is a row and `out` holds
/// rows), converted by HDF5 from whatever is stored; enumerations give their numbers. For all that is small; the
/// matrices go through raw_chunks.hpp. Errors: input; unsupported (a filter that is not there).
void read_numbers(hid_t dataset, std::int64_t begin, std::span<double> out);
void read_numbers(hid_t dataset, std::int64_t begin, std::span<float> out);
void read_numbers(hid_t dataset, std::int64_t begin, std::span<std::int64_t> out);
void read_numbers(hid_t dataset, std::int64_t begin, std::span<std::int32_t> out);
void read_numbers(hid_t dataset, std::int64_t begin, std::span<std::int8_t> out);

/// All of a small dataset with at most one axis. Errors: input where it is longer than `limit`.
[[nodiscard]] std::vector<std::int64_t> read_integers(hid_t parent, const std::string& path,
                                                      std::int64_t limit = 1'000'000);

/// Throws unsupported, naming the filter, if HDF5 cannot decode the dataset.
void require_filters(hid_t dataset);

}  // namespace gemflow::hdf5
