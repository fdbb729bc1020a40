// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "h5ad/take.hpp"

namespace gemflow::h5ad {

/// A frame and what becomes of it.
struct FrameMove {
  std::string path;  ///< "obs", "var", "raw.var"
  std::string name;
  std::span<const std::string> index{};  ///< new names of the rows; empty: those that they have
};

/// Writes a frame that is a dataset of records (anndata before 0.7) as a frame of today, with its labels as
/// categoricals.
void take_records(hid_t in, const FrameMove& frame, hid_t to, const Picks& rows, const TakeContext& context);

/// Writes a dataset of records whose fields are rows of matrices (obsm, varm before 0.6.22) as a mapping of matrices.
void take_record_matrices(hid_t in, const std::string& name, hid_t to, const Picks& rows, const TakeContext& context);

}  // namespace gemflow::h5ad
