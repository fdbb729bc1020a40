// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "gemflow/core/error.hpp"

namespace gemflow {

/// What a path holds, as far as its first bytes tell.
struct Content {
  std::string head;      ///< the first 4,096 bytes; empty for a folder
  std::string unpacked;  ///< the first bytes of what a gzip file holds; empty for other files
  bool is_folder = false;
};

/// Looks at a file or folder that somebody takes for counts. Errors: input: it is not there (with the nearest names of
/// its folder), cannot be read, is empty, or is plainly something else: a Git-LFS pointer, a web page, an archive, R's
/// data.
[[nodiscard]] Content look_at(const std::filesystem::path& path);

/// The error for what no format knows: says what is there instead.
[[nodiscard]] Error not_a_count_file(const std::filesystem::path& path, const Content& content);

}  // namespace gemflow
