// SPDX-License-Identifier: Apache-2.0
#include "gem_local/newton/kernel_body.hpp"

namespace gemflow::gem_local {

void newton_sums_baseline(const NewtonProblem& problem) { newton_sums(problem); }

}  // namespace gemflow::gem_local
