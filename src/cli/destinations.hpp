// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <vector>

#include "session.hpp"

namespace gemflow::cli {

/// Looks before anything is read: OUT is given, no output exists (unless it may be overwritten), none is an input or
/// another output, and the summary and the log of this run replace no file of others (from then on both are written).
/// Empty paths are skipped, but not the first output, which is OUT. Throws Error(usage).
void check_destinations(const std::vector<std::filesystem::path>& outputs, const std::vector<std::filesystem::path>& inputs,
                        bool overwrite, Session& session);

}  // namespace gemflow::cli
