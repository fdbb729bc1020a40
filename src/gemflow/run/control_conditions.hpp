// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "gemflow/core/model.hpp"

namespace gemflow {

/// The same conditions without a perturbation: keys of the perturbation group (id, dose, time) are dropped, and each of the
/// group's fields that has a value "control" is set to it; where the card lists none of the group, `perturbation_type` is,
/// the API's word. Errors: unsupported (the model's perturbations have no control among them).
[[nodiscard]] std::vector<Metadata> controls_of(const std::vector<Metadata>& conditions, const ModelCard& card);

}  // namespace gemflow
