// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gemflow/core/error.hpp"
#include "synthesize_api/client/api_calls.hpp"
#include "synthesize_api/journal/journal.hpp"

namespace gemflow::synthesize_api {

/// The error that ends a run, with what to type next. A fault of the network is one that a rerun may try again only where
/// nothing was charged yet, or the rerun will find the journal (`journal_stays`); else a person has to look: pending. Whatever a
/// reply said stands in it without the key.
[[nodiscard]] Error with_way_on(const Error& error, const ApiCalls& api, Journal& journal, bool journal_stays);

}  // namespace gemflow::synthesize_api
