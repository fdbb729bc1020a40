// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "hdf5/handle.hpp"

namespace gemflow::hdf5 {

/// Copies an object with all that is in it into another file, chunks as they are stored. What object references point
/// to comes along and the references follow (H5O_COPY_EXPAND_REFERENCE_FLAG): by default they would dangle, and with
/// them the categories of anndata 0.7. Errors: io, naming the object.
void copy_object(hid_t from, const std::string& name, hid_t to, const std::string& new_name);

/// Copies the attributes of an object but those named. One that holds object references is not copied: they are
/// addresses in the old file. Errors: io.
void copy_attributes(hid_t from, hid_t to, std::initializer_list<std::string_view> without = {});

}  // namespace gemflow::hdf5
