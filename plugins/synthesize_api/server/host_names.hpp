// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace gemflow::synthesize_api {

/// Whether a Host header is one under which this server may be called: an address as digits, "localhost", or one of
/// `names`; with any port, since a tunnel has its own. A page elsewhere whose name was bent to this machine (DNS
/// rebinding) sends its own name, and is refused.
[[nodiscard]] bool is_own_host(std::string_view host, std::span<const std::string> names);

}  // namespace gemflow::synthesize_api
