// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace gemflow::synthesize_api {

/// Letters, digits, '-' and '_' of the system's entropy, six bits each: 22 are more than 128 bits.
[[nodiscard]] std::string random_word(std::size_t letters);

/// "8f0d5a0e-2f0c-4a31-9f6a-5f6a0a1f77aa": a random UUID, as the hosted service gives ids.
[[nodiscard]] std::string random_uuid();

/// Compares in a time that says nothing of where they differ, only of the lengths.
[[nodiscard]] bool same_secret(std::string_view given, std::string_view wanted) noexcept;

/// The password of "Basic <base64>"; empty where it is none.
[[nodiscard]] std::string basic_password(std::string_view authorization);

}  // namespace gemflow::synthesize_api
