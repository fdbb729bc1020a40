// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <span>
#include <string>
#include <vector>

#include "gemflow/core/job.hpp"
#include "h5ad/take.hpp"
#include "hdf5/handle.hpp"
#include "hdf5/receipt.hpp"

namespace gemflow::h5ad {

/// Which part of a file a new one has.
struct TakeOptions {
  Picks cells;
  Picks genes;                                ///< of layers, varm and varp
  std::string var = "var";                    ///< the frame that becomes var: "raw/var" where X comes from raw
  Picks var_rows{};                           ///< its rows
  std::span<const std::string> gene_names{};  ///< of var, where they change
  std::set<std::string> without{};            ///< "X", "layers/counts": what the caller writes itself
};

/// Fills an empty file with the chosen cells and genes of an h5ad. What is on a changed axis is written row by row: X,
/// layers, raw (cells only), obs, var, obsm, varm, obsp, varp, and what of them cannot be (ragged arrays) is left out
/// with a warning. Everything else (uns, what nobody knows) is copied as it is, chunks as they are stored. obs, var,
/// obsm and varm of files before anndata 0.7 (tables of records) come out as anndata 0.8 writes them. Genes that the
/// file does not have: zero in X and layers, in varm and varp NaN where they can; in var no label, "", false, NaN
/// (whole numbers become float64, as pandas' reindex does).
[[nodiscard]] std::vector<hdf5::Receipt> take_file(hid_t in, hid_t out, const TakeOptions& options, Job& job);

/// Layers of a file that `without` does not name ("layers/counts"), in the chosen cells and genes.
[[nodiscard]] std::vector<hdf5::Receipt> take_layers(hid_t in, hid_t out, const TakeOptions& options, Job& job);

}  // namespace gemflow::h5ad
