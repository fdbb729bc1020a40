// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string_view>

#include "gemflow/core/error.hpp"

namespace gemflow::hdf5 {

/// Does a file that begins so hold HDF5? The signature stands at 0, or at 512, 1024, … behind a user block (MuData).
[[nodiscard]] bool is_hdf5(std::string_view head) noexcept;

/// The error for an HDF5 file that is none of our formats: says whose it is, or what its root holds.
/// Errors (thrown): those of open_to_read, where it is damaged.
[[nodiscard]] Error unknown_container(const std::filesystem::path& path);

}  // namespace gemflow::hdf5
