// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "gemflow/core/report.hpp"
#include "hdf5/handle.hpp"

namespace gemflow::hdf5 {

/// Opens a file to read it. Switches HDF5's own printing of errors off for this thread. On a file system without locks
/// it is opened without one, with a warning; `HDF5_USE_FILE_LOCKING`, where set, decides.
/// Errors: input (no HDF5 file, truncated, not there), io (permission, being written by someone else).
[[nodiscard]] Handle open_to_read(const std::filesystem::path& path, Report& report);

/// Makes a file anew; what it held is lost: only for a hidden file of one's own. No lock. Object times are off by the
/// functions of create.hpp. Errors: io.
Handle create_file(const std::filesystem::path& path);

/// Opens a private copy to add to it. No lock. Errors: io.
[[nodiscard]] Handle open_to_add(const std::filesystem::path& path);

/// Closes a file that was written and throws if that fails; it is still open where not all of it could be written.
/// REQUIRES: every object in it is closed.
void close_written(Handle& file, const std::filesystem::path& path);

/// The descriptor by which HDF5 writes a file.
[[nodiscard]] int descriptor_of(hid_t file);

/// For a file that could not be written and is given up: what HDF5 still writes to this descriptor goes to memory, so that its
/// objects and it can be closed without a further error. It must be closed: HDF5 would take a later file of the same inode for it.
/// Where even that fails, HDF5 (1.10.8) keeps an identifier of what is gone, and its exit handler crashes when it comes upon it.
/// REQUIRES: the descriptor is still that file's.
void continue_in_memory(int descriptor) noexcept;

/// Bytes of the whole file as it is on disk.
[[nodiscard]] hsize_t file_size(hid_t file);

}  // namespace gemflow::hdf5
