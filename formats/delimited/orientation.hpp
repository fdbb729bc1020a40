// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "delimited/table_head.hpp"

namespace gemflow {

/// True where the cells are in rows. `leading`: for each leading column its text in each row.
/// Errors: input, where nothing tells; it names the option that does.
[[nodiscard]] bool are_cells_in_rows(const TableHead& head, std::span<const std::vector<std::string>> leading,
                                     const std::filesystem::path& path);

}  // namespace gemflow
