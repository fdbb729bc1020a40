// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "gemflow/core/plugin.hpp"
#include "synthesize_api/client/api_calls.hpp"
#include "synthesize_api/journal/journal.hpp"
#include "synthesize_api/wire/model_id.hpp"

namespace gemflow::synthesize_api {

/// What references of hosted models begin with.
inline constexpr std::string_view scheme = "synthesize:";

/// "synthesize:gem-1-sc" without what it begins with.
[[nodiscard]] std::string_view without_scheme(std::string_view ref) noexcept;

/// The hosted model that a reference names; a family's is chosen by the task.
/// Errors: usage (no id), unsupported (the id is of another task, or of none that gemflow knows).
[[nodiscard]] ModelId model_id_of(const ModelRequest& request);

/// The API of a family, with the key from the file or the environment. Errors: those of Token::read and Http.
[[nodiscard]] std::unique_ptr<ApiCalls> connect(const HostedOptions& options, std::string_view family);

/// The journal of a run; without a folder a new one in the system's temporary folder.
[[nodiscard]] std::unique_ptr<Journal> open_journal(const HostedOptions& options, const ModelId& id, const std::string& base_url, Job& job);

}  // namespace gemflow::synthesize_api
