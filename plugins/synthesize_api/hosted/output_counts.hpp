// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gemflow/core/count_chunk.hpp"
#include "gemflow/core/query.hpp"

namespace gemflow::synthesize_api {

/// Gives a reply's counts the form that --output-counts names, as a local model does: whole numbers, or expectations as they came
/// (stored as float64). One form for all replies of a run: a service may send decimals in some of them alone.
/// `asked` has the sample (predict_metadata: the cell) of each row.
void fit_output_counts(CountChunk& counts, const Query& asked);

}  // namespace gemflow::synthesize_api
