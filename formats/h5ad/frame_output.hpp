// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <vector>

#include "gemflow/core/genes.hpp"
#include "h5ad/encoding.hpp"
#include "hdf5/handle.hpp"
#include "hdf5/receipt.hpp"

namespace gemflow::h5ad {

/// More names than this do not fit into the attributes of a plain group (64 kB, 16 bytes a name): such a frame needs a
/// group of the newer kind. anndata itself changes over at 5,000 and cannot write what lies between.
inline constexpr std::size_t most_plain_columns = 4000;

/// Creates a frame (dataframe 0.2.0), without column-order yet. `n_columns`: how many it will have, to choose its kind.
[[nodiscard]] hdf5::Handle create_frame(hid_t parent, const std::string& name, std::size_t n_columns);

/// Sets the columns of a frame that is open. Errors: io.
void write_column_order(hid_t frame, std::span<const std::string> columns);

/// Writes genes as the frame `var`: names, columns. Errors: io; input (no UTF-8).
[[nodiscard]] std::vector<hdf5::Receipt> write_genes(hid_t file, const Genes& genes);

}  // namespace gemflow::h5ad
