// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gemflow/core/plugin.hpp"

namespace gemflow {

/// The embedded model: files of its own, trained here, answered here.
extern const Plugin gem_local_plugin;

}  // namespace gemflow
