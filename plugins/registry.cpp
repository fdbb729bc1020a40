// SPDX-License-Identifier: Apache-2.0
#include "gemflow/models.hpp"

namespace gemflow {

std::span<const Plugin* const> plugins() noexcept { return {}; }

}  // namespace gemflow
