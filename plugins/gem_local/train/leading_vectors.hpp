// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "gem_local/arrays.hpp"
#include "gemflow/core/job.hpp"

namespace gemflow::gem_local {

/// Eigenvalues of X'X, largest first, and their eigenvectors as columns.
struct LeadingVectors {
  DoubleRow values;
  FloatMatrix vectors;
};

/// The leading `k` (or fewer, if X has fewer rows or columns), by subspace iteration from random vectors
/// (Halko, Martinsson and Tropp 2011). The products are made in fixed blocks: equal for any number of threads.
[[nodiscard]] LeadingVectors leading_vectors(const FloatMatrix& x, Index k, std::uint64_t seed, Workers& workers);

}  // namespace gemflow::gem_local
