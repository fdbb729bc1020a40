// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include "gemflow/core/reader.hpp"

namespace gemflow {

/// The same cells, numbered from `first` instead of 0.
[[nodiscard]] std::unique_ptr<Reader> number_from(std::int64_t first, std::unique_ptr<Reader> cells);

}  // namespace gemflow
