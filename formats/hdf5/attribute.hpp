// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hdf5/handle.hpp"

namespace gemflow::hdf5 {

// Reading. What is not there, or is of another kind, is absent: old files and other writers leave attributes out.
// A scalar and an array of one element are the same; fixed and variable length, ASCII and UTF-8 too.

[[nodiscard]] bool has_attribute(hid_t object, const std::string& name);
[[nodiscard]] std::optional<std::string> text_attribute(hid_t object, const std::string& name);
/// A list of texts; an empty array of any type is an empty list (h5py stores one as float64 of shape (0,)).
[[nodiscard]] std::optional<std::vector<std::string>> texts_attribute(hid_t object, const std::string& name);
/// Whole numbers of any stored type, booleans (the FALSE/TRUE enumeration) as 0 and 1.
[[nodiscard]] std::optional<std::vector<std::int64_t>> integers_attribute(hid_t object, const std::string& name);
[[nodiscard]] std::optional<std::int64_t> integer_attribute(hid_t object, const std::string& name);
/// The object that an attribute of one object reference points to (categories before anndata 0.8); closed if none.
[[nodiscard]] Handle referenced_by(hid_t object, const std::string& name);

// Writing, as h5py and anndata do it. An attribute that is there is replaced. Errors: io.

/// Variable length, UTF-8, scalar.
void write_attribute(hid_t object, const std::string& name, std::string_view text);
/// Variable length, UTF-8; an empty list becomes float64 of shape (0,).
void write_attribute(hid_t object, const std::string& name, std::span<const std::string> texts);
/// int64, one axis.
void write_attribute(hid_t object, const std::string& name, std::span<const std::int64_t> numbers);
/// The boolean enumeration, scalar.
void write_flag_attribute(hid_t object, const std::string& name, bool flag);

/// Enumeration of int8 with FALSE = 0 and TRUE = 1: what h5py and anndata take as bool.
[[nodiscard]] Handle bool_type();
/// Variable length, UTF-8.
[[nodiscard]] Handle text_type();

}  // namespace gemflow::hdf5
