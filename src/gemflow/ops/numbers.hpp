// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace gemflow {

/// "18,912": how counts of things stand in messages.
[[nodiscard]] std::string with_commas(std::int64_t number);

/// "98.2 %". Never "0.0 %" for something nor "100.0 %" for less than all: those are "below 0.1 %" and "99.9 %".
/// REQUIRES: 0 <= share <= 1.
[[nodiscard]] std::string percent(double share);

}  // namespace gemflow
