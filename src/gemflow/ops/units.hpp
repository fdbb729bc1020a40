// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace gemflow {

/// A time or a dose as the models spell it: a number, one space, a unit: "24h" is "24 hours", "10µM" is "10 um". Parts
/// joined by '|' are taken one by one. What is no number with a unit is given back as it is.
/// Times: seconds, minutes, hours, days, weeks, months, years. Doses: lower case, molar units without their l.
[[nodiscard]] std::string with_plain_time(std::string_view text);
[[nodiscard]] std::string with_plain_dose(std::string_view text);

}  // namespace gemflow
