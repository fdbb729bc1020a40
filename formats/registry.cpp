// SPDX-License-Identifier: Apache-2.0
#include "gemflow/formats.hpp"

namespace gemflow {

std::span<const Format* const> formats() noexcept { return {}; }

}  // namespace gemflow
