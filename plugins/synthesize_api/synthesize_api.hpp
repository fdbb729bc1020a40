// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gemflow/core/plugin.hpp"

namespace gemflow {

/// The hosted models of Synthesize Bio, and any server that speaks their API.
extern const Plugin synthesize_api_plugin;

}  // namespace gemflow
