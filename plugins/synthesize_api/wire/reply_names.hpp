// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "gemflow/core/chunk.hpp"

namespace gemflow::synthesize_api {

/// Why files cannot name a column after this; empty where they can.
[[nodiscard]] std::string name_fault(std::string_view name);

/// Columns of an answer become columns of one table, beside gemflow's own. Errors: model (two of one name).
void require_different_columns(const Chunk& answer);

}  // namespace gemflow::synthesize_api
