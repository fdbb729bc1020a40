// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "synthesize_api/client/token.hpp"

namespace gemflow::synthesize_api {

/// Letters, digits, '-' and '_' of the system's entropy, six bits each: 22 are more than 128 bits.
[[nodiscard]] std::string random_word(std::size_t letters);

/// "8f0d5a0e-2f0c-4a31-9f6a-5f6a0a1f77aa": a random UUID, as the hosted service gives ids.
[[nodiscard]] std::string random_uuid();

/// The password of "Basic <base64>"; empty where it is none.
[[nodiscard]] std::string basic_password(std::string_view authorization);

/// The token that clients bear: the file's, which is made with a new one where there is none, else `token`.
/// Errors: those of Token::read, io (the file cannot be made).
[[nodiscard]] Token token_of(const std::filesystem::path& file, const std::string& token);

}  // namespace gemflow::synthesize_api
