// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace gemflow {

/// Is the text UTF-8: no byte that begins nothing, no sequence cut short or longer than needed, nothing beyond the last plane?
[[nodiscard]] bool is_utf8(std::string_view text) noexcept;

}  // namespace gemflow
