// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "gemflow/core/genes.hpp"
#include "h5ad/frame_additions.hpp"
#include "h5ad/gene_rows.hpp"
#include "h5ad/own_slots.hpp"
#include "hdf5/receipt.hpp"

namespace gemflow::h5ad {

/// What came of the genes that a file was annotated with.
struct AddedGenes {
  std::vector<std::string> slots;  ///< "var/gemflow_gene": what is there now and is gemflow's
  std::vector<hdf5::Receipt> receipts;
  Positions to_var;    ///< the row of var of each gene given
  bool is_var = true;  ///< the genes given are those of var, in its order
};

/// How columns meet others of their name.
struct Meeting {
  bool replace = false;        ///< what gemflow wrote is written anew
  bool keep_existing = false;  ///< what is there stays, without a word, unless gemflow wrote it
};

/// Adds to var the columns of `genes` that the file does not have, in var nor (where the genes are those) in raw/var.
/// One that is there with the same values is shared; one that gemflow wrote with others is replaced if that is allowed.
/// Errors: usage (there with other values), input (none of the genes is in var).
[[nodiscard]] AddedGenes add_genes(hid_t file, FrameAdditions& var, const Genes& genes, const OwnSlots& own,
                                   const Meeting& meeting);

/// Makes room for a slot that is to be written: nothing if it is free; takes away what gemflow wrote if `replace`.
/// `frame`: obs or var where the slot is one of its columns, else null. Errors: usage.
void make_room(hid_t file, FrameAdditions* frame, const std::string& slot, const OwnSlots& own, bool replace);

}  // namespace gemflow::h5ad
