// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "h5ad/take.hpp"

namespace gemflow::h5ad {

/// Writes a frame that is a dataset of records (anndata before 0.7) as a frame of today, with its labels as
/// categoricals. `from`: "obs", "var", "raw.var" of the file; `index`: new names of the rows, empty: those that they have.
void take_records(const Member& from, const Member& to, const Picks& rows, std::span<const std::string> index,
                  const TakeContext& context);

/// Writes a dataset of records whose fields are rows of matrices (obsm, varm before 0.6.22) as a mapping of matrices.
void take_record_matrices(hid_t in, const std::string& name, hid_t to, const Picks& rows, const TakeContext& context);

}  // namespace gemflow::h5ad
